import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { Command } from "commander";
import { addCompletion } from "../../../src/cli/commands/completion.ts";
import { findProgram, run } from "../../services/programs.ts";
import { sitemon } from "../../support/sitemon_process.ts";

/** What a shell is offered after these words. */
async function offered(words: string[], cwd?: string): Promise<string[]> {
  const { code, stdout } = await sitemon(["complete", "--", ...words], cwd ? { cwd } : {});
  strictEqual(code, 0);
  return stdout.trimEnd().split("\n").slice(0, -1).map((line) => line.split("\t")[0]!);
}

Deno.test("addCompletion() adds one command that is seen", () => {
  const program = new Command("sitemon");
  addCompletion(program);
  deepStrictEqual(program.createHelp().visibleCommands(program).map((it) => it.name()), [
    "completion",
    "help",
  ]);
});

Deno.test("sitemon completes commands, options, choices and configurations", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sitemon-completion-" });
  await Deno.writeTextFile(`${folder}/shop.yaml`, "");
  await Deno.writeTextFile(`${folder}/notes.txt`, "");
  deepStrictEqual(await offered(["prod"]), ["producer"]);
  deepStrictEqual(await offered(["config", "perm"]), ["permissions"]);
  deepStrictEqual(await offered(["check", "--js"]), ["--json"]);
  deepStrictEqual(await offered(["install-unit", "--role", ""]), ["producer", "consumer"]);
  deepStrictEqual(await offered(["producer", "--config", "sh"], folder), ["shop.yaml"]);
  await Deno.remove(folder, { recursive: true });
});

for (const shell of ["bash", "zsh", "fish"]) {
  Deno.test(`sitemon completion ${shell} prints a script that ${shell} understands`, async () => {
    const { code, stdout, stderr } = await sitemon(["completion", shell]);
    deepStrictEqual({ code, stderr }, { code: 0, stderr: "" });
    match(stdout, /sitemon complete --/);
    if (findProgram(shell) === undefined) return;
    const file = await Deno.makeTempFile({ suffix: `.${shell}` });
    await Deno.writeTextFile(file, stdout);
    run([shell, "-n", file]);
    await Deno.remove(file);
  });
}

Deno.test("sitemon completion refuses a shell that it does not know", async () => {
  strictEqual((await sitemon(["completion", "tcsh"])).code, 64);
});
