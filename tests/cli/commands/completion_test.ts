import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { Command } from "commander";
import { addCompletion } from "../../../src/cli/commands/completion.ts";
import { findProgram, run } from "../../services/programs.ts";
import { sitemon } from "../../support/sitemon_process.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { runCommand } from "../text/fake_terminal.ts";

/** What a shell is offered after these words. */
async function offered(words: string[], cwd?: string): Promise<string[]> {
  const { code, stdout } = await sitemon(["complete", "--", ...words], cwd ? { cwd } : {});
  strictEqual(code, 0);
  return stdout.trimEnd().split("\n").slice(0, -1).map((line) => line.split("\t")[0]!);
}

Deno.test("addCompletion() adds one command that is seen", () => {
  const program = new Command("sitemon");
  addCompletion(program, { write() {} });
  deepStrictEqual(program.createHelp().visibleCommands(program).map((it) => it.name()), [
    "completion",
    "help",
  ]);
});

Deno.test("sitemon completes commands, options, choices and configurations", async () => {
  using folder = new TempFolder();
  for (const name of ["shop.yaml", "notes.txt"]) folder.write(name, "");
  deepStrictEqual(await offered(["prod"]), ["producer"]);
  deepStrictEqual(await offered(["config", "perm"]), ["permissions"]);
  deepStrictEqual(await offered(["check", "--js"]), ["--json"]);
  deepStrictEqual(await offered(["install-unit", "--role", ""]), [
    "producer",
    "consumer",
    "run",
    "web",
  ]);
  deepStrictEqual(await offered(["producer", "--config", "sh"], folder.path), ["shop.yaml"]);
});

for (const shell of ["bash", "zsh", "fish"]) {
  Deno.test(`sitemon completion ${shell} prints a script that ${shell} understands`, async () => {
    const { code, stdout, stderr } = await sitemon(["completion", shell]);
    deepStrictEqual({ code, stderr }, { code: 0, stderr: "" });
    match(stdout, /sitemon complete --/);
    if (findProgram(shell) === undefined) return;
    using folder = new TempFolder();
    run([shell, "-n", folder.write("script", stdout)]);
  });
}

Deno.test("sitemon completion refuses a shell that it does not know", async () => {
  strictEqual((await runCommand("completion", "tcsh")).code, 64);
});
