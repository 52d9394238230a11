import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { runProgram } from "../../src/cli/program.ts";
import { FakeTerminal, runCommand } from "./text/fake_terminal.ts";

/** The commands that a help lists, without "help" itself. */
function listed(help: string): string[] {
  const list = /\nCommands:\n(.*?)(?:\n\n|\n$)/s.exec(help)?.[1] ?? "";
  return [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name]) => name!)
    .filter((name) => name !== "help");
}

Deno.test("every command and subcommand has help, in one style", async () => {
  const { output } = await runCommand("--help");
  const names = listed(output);
  ok(names.includes("producer") && names.includes("completion"), output);
  for (const name of names) {
    const { code, output } = await runCommand(name, "--help");
    strictEqual(code, 0);
    match(output, new RegExp(`^Usage: sitemon ${name}[^\n]*\n\n[A-Z][^]*?\\.\n`), name);
    for (const subcommand of listed(output)) {
      const { output } = await runCommand(name, subcommand, "--help");
      match(output, /\n\n[A-Z][^]*?\.\n/, `${name} ${subcommand}`);
      for (const [line, text] of output.matchAll(/^ {2}-.*? {2,}(.*)$/gm)) {
        match(text!, /^[^A-Z].*[^.]$|^IDs/, line);
      }
    }
  }
});

Deno.test("runProgram() exits 64 for wrong usage, and suggests a command", async () => {
  const { code, errors } = await runCommand("chekc");
  strictEqual(code, 64);
  match(errors, /unknown command 'chekc'[^]*Did you mean check\?/);
  strictEqual((await runCommand("audit", "-c", "a.yaml", "--since", "never")).code, 64);
});

/** What becomes of a command whose output cannot be written. */
async function failing(error: Error): Promise<readonly [code: number, errors: string]> {
  const terminal = new FakeTerminal();
  terminal.write = () => {
    throw error;
  };
  return [await runProgram(["schema"], terminal), terminal.errors];
}

Deno.test("runProgram() exits 70 for a bug, and asks to report it", async () => {
  const [code, errors] = await failing(new TypeError("broken"));
  strictEqual(code, 70);
  match(errors, /^internal error in sitemon .*, please report it: TypeError: broken\n$/);
});

Deno.test("runProgram() exits 74 without a word, when the reader of the output has gone", async () => {
  deepStrictEqual(await failing(new Deno.errors.BrokenPipe()), [74, ""]);
});
