// A command as a person has it: in a real terminal, which `script` of util-linux makes.
import { match, ok } from "node:assert/strict";
import { within } from "../../support/waiting.ts";
import { findProgram } from "../../services/programs.ts";
import { MadeStore } from "../../web/made_store.ts";

const DEADLINE_MS = 60_000;
const SCRIPT = findProgram("script");

async function inTerminal(command: string, env: Record<string, string> = {}): Promise<string> {
  await using process = new Deno.Command(SCRIPT!, {
    args: ["-qec", command, "/dev/null"],
    env: { FORCE_COLOR: "", NO_COLOR: "", ...env },
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const { stdout } = await within(DEADLINE_MS, command, process.output());
  return new TextDecoder().decode(stdout);
}

Deno.test({
  name: "sitemon asks for no permission in a terminal, and has colors there unless NO_COLOR is set",
  ignore: SCRIPT === undefined,
  async fn() {
    await using made = await MadeStore.create();
    await made.add({ site: "shop" }, { site: "blog", outcome: "down", reason: "dns" });
    const path = `${made.path}.yaml`;
    await Deno.writeTextFile(path, `store: { path: ${made.path} }\n`);
    const command = `deno task --quiet sitemon status -c ${path}`;
    const [colored, plain] = await Promise.all([
      inTerminal(`stty cols 80 && ${command}`),
      // It has no size either.
      inTerminal(command, { NO_COLOR: "1" }),
    ]);
    match(colored, /^SITE/);
    ok(colored.includes("\x1b[31mdown"), colored);
    match(colored, /2 sites: 1 down, 1 up/);
    match(plain, /^SITE {2}OUTCOME/);
    ok(!plain.includes("\x1b"), plain);
  },
});
