import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { Command } from "commander";
import { addCompletion } from "../../../src/cli/commands/completion.ts";
import { exists, findProgram, run } from "../../services/programs.ts";
import { FROM_SOURCE, sitemon } from "../../support/sitemon_process.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { FakeTerminal, runCommand } from "../text/fake_terminal.ts";

/** What a shell is offered after these words. */
async function offered(words: string[], cwd?: string): Promise<string[]> {
  // Units are looked for there too.
  const env = { ...Deno.env.toObject(), ...(cwd && { SYSTEMD_UNIT_PATH: cwd }) };
  const options = { env, ...(cwd && { cwd }) };
  const { code, stdout } = await sitemon(["complete", "--", ...words], options);
  strictEqual(code, 0);
  return stdout.trimEnd().split("\n").slice(0, -1).map((line) => line.split("\t")[0]!);
}

Deno.test("addCompletion() adds one command that is seen", () => {
  const program = new Command("sitemon");
  addCompletion(program, [], { terminal: new FakeTerminal() });
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

/** A configuration whose names a shell could misread. */
const NAMES = `sites:
  - { name: my shop, url: "http://a/" }
  - { name: "$(touch pwned)", url: "http://b/" }
  - { url: "http://c/x" }
`;

Deno.test("sitemon completes files, folders and the names of sites", async () => {
  using folder = new TempFolder();
  folder.write("shop.yaml", NAMES);
  folder.write("shop.db", "");
  const start = `ExecStart=/usr/bin/sitemon run -c ${folder.file("shop.yaml")}`;
  folder.write("sitemon-eu.service", `[Service]\n${start}\n`);
  Deno.mkdirSync(folder.file("sub dir"));
  folder.write("sub dir/in.yml", "sites: nonsense");
  const cases: [words: string[], values: string[]][] = [
    [["check", "-c", "s"], ["shop.yaml", "sub dir/"]],
    [["check", "-c", "sub dir/"], ["sub dir/in.yml"]],
    [["check", "-c", "none/"], []],
    [["outbox", "stats", "--path", "sh"], ["shop.db", "shop.yaml"]],
    [["check", "-c", "shop.yaml", "--site", ""], ["my shop", "$(touch pwned)", "http://c/x"]],
    [["check", "--config=shop.yaml", "--site=my"], ["my shop"]],
    [["check", "--unit", "sitemon-eu", "--site", "m"], ["my shop"]],
    [["check", "--unit=sitemon-eu", "--site", "m"], ["my shop"]],
    [["check", "--unit", "sitemon-us", "--site", ""], []],
    [["check", "-c", "sub dir/in.yml", "--site", ""], []],
    [["check", "-c", "shop.db", "--site", ""], []],
  ];
  for (const [words, values] of cases) deepStrictEqual(await offered(words, folder.path), values);
});

/** What bash does at the Tab key, without the package bash-completion, and what it would insert. */
const TABS: [line: string, inserted: string[]][] = [
  ["sitemon prod", ["producer"]],
  ["sitemon check --js", ["--json"]],
  ["sitemon check -c s", ["shop.yaml", "sub\\ dir/"]],
  ["sitemon check -c sub\\ d", ["sub\\ dir/"]],
  ["sitemon check --config=s", ["shop.yaml", "sub\\ dir/"]],
  ["sitemon check -c shop.yaml --site ", ["my\\ shop", "\\$\\(touch\\ pwned\\)", "http://c/x"]],
  ["sitemon check -c shop.yaml --site my\\ ", ["my\\ shop"]],
  ["sitemon check -c shop.yaml --site http:", ["//c/x"]],
  ["sitemon check -c none.yaml --site ", []],
];

Deno.test("sitemon completion bash needs nothing but bash, and runs nothing that a name has in it", async () => {
  using folder = new TempFolder();
  folder.write("shop.yaml", NAMES);
  Deno.mkdirSync(folder.file("sub dir"));
  const words = [Deno.execPath(), ...FROM_SOURCE].map((word) => `'${word}'`).join(" ");
  Deno.mkdirSync(folder.file(".bin"));
  const program = folder.write(".bin/sitemon", `#!/bin/sh\nexec ${words} "$@"\n`);
  Deno.chmodSync(program, 0o755);
  const tabs = TABS.map(([line]) => `tab '${line}'`).join("\n");
  const script = folder.write(
    ".script",
    `${(await sitemon(["completion", "bash"])).stdout}
    tab() {
      COMP_LINE=$1; COMP_POINT=\${#1}
      _sitemon sitemon "" ""
      printf '<%s>' "\${COMPREPLY[@]}"; echo
    }
    ${tabs}`,
  );
  const env = { PATH: `${folder.file(".bin")}:${Deno.env.get("PATH")}` };
  const printed = run(["bash", "--norc", "--noprofile", script], { cwd: folder.path, env });
  const inserted = TABS.map(([, values]) => values.map((value) => `<${value}>`).join("") || "<>");
  deepStrictEqual(printed.trimEnd().split("\n"), inserted);
  strictEqual(exists(folder.file("pwned")), false);
});

for (const shell of ["bash", "zsh", "fish"]) {
  Deno.test(`sitemon completion ${shell} prints a script that ${shell} understands`, async () => {
    const { code, stdout, stderr } = await sitemon(["completion", shell]);
    deepStrictEqual({ code, stderr }, { code: 0, stderr: "" });
    match(stdout, / complete -- /);
    if (findProgram(shell) === undefined) return;
    using folder = new TempFolder();
    run([shell, "-n", folder.write("script", stdout)]);
  });
}

Deno.test("sitemon completion refuses a shell that it does not know", async () => {
  strictEqual((await runCommand("completion", "tcsh")).code, 64);
});
