/**
 * `deno task demo`: sitemon watches a few small sites on this machine, with nothing else installed,
 * and shows their status, with the address of its page, until Ctrl-C or for `--rounds N` tables, the
 * last of which has an alert.
 * What it shows of the days before is made up.
 */
import { freePort } from "../support/free_port.ts";
import { makePast } from "./past.ts";
import { startDemoSites } from "./sites.ts";
import { eventually, pause } from "../support/waiting.ts";

const ROUND_MS = 2_000;
const ALERTS_SHOWN = 8;
/** Two checks and the wait for others of the group take 3 s, and a start on a busy machine. */
const ALERT_DEADLINE_MS = 60_000;
const CLEAR_SCREEN = "\x1b[2J\x1b[H";
const SITEMON = ["task", "--quiet", "sitemon"];

const rounds = Deno.args[0] === "--rounds" ? Number(Deno.args[1]) : Infinity;
const folder = await Deno.makeTempDir({ prefix: "sitemon-demo-" });
const pagePort = freePort();
const sites = startDemoSites(folder, pagePort);
const file = `${folder}/demo.yaml`;
await Deno.writeTextFile(file, sites.configuration);

const interrupted = Promise.withResolvers<"interrupted">();
const interrupt = () => interrupted.resolve("interrupted");
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, interrupt);

console.log(`Watching six small sites on this machine with this configuration:\n`);
console.log(sites.configuration.replaceAll(/^/gm, "    "));
console.log("Making up the ninety days before now, so that the page has something to show …");
await makePast(`${folder}/status.db`, sites.watched);
const daemon = new Deno.Command(Deno.execPath(), {
  args: [...SITEMON, "run", "-c", file],
  stdin: "null",
  stderr: "null",
}).spawn();
try {
  for (let round = 0; round < rounds; round++) {
    const event = await Promise.race([nextTable(round), interrupted.promise, daemon.status]);
    if (event === "interrupted") break;
    if (event !== undefined) throw new Error(`sitemon ended with ${JSON.stringify(event)}`);
    await showStatus();
  }
} finally {
  try {
    daemon.kill("SIGTERM");
  } catch {
    // It has ended already.
  }
  await daemon.status;
  await sites.stop();
  await Deno.remove(folder, { recursive: true });
}
Deno.exit(0);

async function nextTable(round: number): Promise<void> {
  await pause(ROUND_MS);
  if (round + 1 < rounds) return;
  await eventually(ALERT_DEADLINE_MS, "an alert arrives", () => sites.told[0]);
}

async function showStatus(): Promise<void> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...SITEMON, "status", "-c", file],
    stdin: "null",
    stderr: "inherit",
    env: Deno.stdout.isTerminal() ? { FORCE_COLOR: "1" } : {},
  }).output();
  const told = sites.told.slice(-ALERTS_SHOWN).map((line) => `  ${line}\n`).join("");
  const alerts = `Alerts that a local receiver was told, the newest last:\n${
    told || "  none yet\n"
  }`;
  const hint =
    `${alerts}\nThe status page, whose past is made up: http://127.0.0.1:${pagePort}\n\n` +
    "Ctrl-C ends the demo. Next: write a configuration like this one for your own sites.";
  const clear = Deno.stdout.isTerminal() ? CLEAR_SCREEN : "";
  console.log(`${clear}${new TextDecoder().decode(stdout)}\n${hint}\n`);
}
