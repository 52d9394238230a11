import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { runProgram } from "../../src/cli/program.ts";
import { OutputError } from "../../src/cli/text/terminal.ts";
import { Outbox } from "../../src/outbox/outbox.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { draftsOf, manyReports } from "../outbox/outbox_fixture.ts";
import { RecordingTelemetry } from "../support/recording_telemetry.ts";
import { TempFolder } from "../support/temp_folder.ts";
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

Deno.test("runProgram() exits 64 for wrong usage, and suggests a command or its help", async () => {
  const { code, errors } = await runCommand("chekc");
  strictEqual(code, 64);
  match(errors, /unknown command 'chekc'[^]*Did you mean check\?/);
  match((await runCommand("alerts", "ack")).errors, /see "sitemon alerts ack --help"/);
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

Deno.test("runProgram() exits 74, when the output cannot be written, and says why unless it was closed", async () => {
  const full = new OutputError(new Error("No space left on device"));
  const message = "cannot write the output: No space left on device\n";
  deepStrictEqual(await failing(full), [74, message]);
  deepStrictEqual(await failing(new OutputError(new Deno.errors.BrokenPipe())), [74, ""]);
});

/** Prints much, little, from a thread, by a library, and from within a SQLite file. */
const PRINTING = [
  "--help",
  "schema",
  "completion bash",
  "config check -c FILE",
  "doctor -c FILE --json",
  "check http://127.0.0.1:1/ --json",
  "outbox export -c FILE",
];

Deno.test("commands exit 74 for a full disk, and 0 or 74 without a word for a closed pipe", async () => {
  using folder = new TempFolder();
  const path = folder.file("outbox.db");
  const limits = { bytesMax: 2 ** 30, rowsMax: 1_000, freeBytesMin: 0, whenFull: "pause" } as const;
  const telemetry = new RecordingTelemetry();
  {
    using outbox = Outbox.open({ path, ...limits, clock: systemClock, telemetry });
    outbox.append(draftsOf(manyReports(10)));
  }
  const yaml = `sites: [{ url: 'http://127.0.0.1:1/' }]\noutbox: { path: '${path}' }\n`;
  const file = folder.write("a.yaml", yaml);
  for (const line of PRINTING) {
    const command = `deno task --quiet sitemon ${line.replace("FILE", file)}`;
    const run = async (script: string) => {
      const { code, stderr } = await new Deno.Command("bash", { args: ["-c", script] }).output();
      return { code, errors: new TextDecoder().decode(stderr) };
    };
    const full = await run(`${command} > /dev/full`);
    strictEqual(full.code, 74, `${line}: ${full.errors}`);
    match(full.errors, /^cannot write the output: No space left on device/m, line);
    // Its reader is gone before anything is written.
    const closed = await run(`${command} > >(exec <&-; exit)`);
    ok(closed.code === 0 || closed.code === 74, `${line}: ${closed.code} ${closed.errors}`);
    strictEqual(closed.errors, "", line);
  }
});
