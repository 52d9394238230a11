/** `deno task bench [SCENARIO…] [--json] [--short] [--minutes N]`: what sitemon costs on this machine. */
import { parseArgs } from "node:util";
import { benchTable, type Row } from "./frame/bench_table.ts";
import type { Scenario } from "./frame/scenario.ts";
import { Workbench } from "./frame/workbench.ts";
import type { Checking } from "./scenarios/checks.ts";

const checksOf = async (checking: Checking) =>
  (await import("./scenarios/checks.ts")).checksOf(checking);

/** Loaded when they are called: each needs what the others do not. */
const SCENARIOS: Readonly<Record<string, () => Promise<Scenario>>> = {
  check: async () => (await import("./scenarios/check.ts")).check,
  "checks/plain": () => checksOf({ name: "http, by address" }),
  "checks/name": () => checksOf({ name: "http, by name", hostname: "localhost" }),
  "checks/tls": () => checksOf({ name: "https, by address", scheme: "https" }),
  "checks/many": () => checksOf({ name: "10,000 sites", sites: 10_000 }),
  "checks/schedule": async () => (await import("./scenarios/schedule.ts")).schedule,
  "checks/growth": async () => (await import("./scenarios/growth.ts")).checksGrowth,
  compression: async () => (await import("./scenarios/compression.ts")).compression,
  growth: async () => (await import("./scenarios/growth.ts")).growth,
  idle: async () => (await import("./scenarios/idle.ts")).idle,
  ingest: async () => (await import("./scenarios/ingest.ts")).ingest,
  memory: async () => (await import("./scenarios/memory.ts")).memory,
  latency: async () => (await import("./scenarios/latency.ts")).latency,
  micro: async () => (await import("./scenarios/micro.ts")).micro,
  "outbox/store": async () => (await import("./scenarios/outbox.ts")).outboxStore,
  "outbox/drain": async () => (await import("./scenarios/outbox.ts")).outboxDrain,
  peers: async () => (await import("./scenarios/peers.ts")).peers,
  pings: async () => (await import("./scenarios/pings.ts")).pings,
  run: async () => (await import("./scenarios/run.ts")).run,
  start: async () => (await import("./scenarios/start.ts")).start,
  page: async () => (await import("./scenarios/status_page.ts")).statusPage,
  alerts: async () => (await import("./scenarios/alerts.ts")).alerts,
};
const NAMES = Object.keys(SCENARIOS);

const HELP = `Usage: deno task bench [SCENARIO…] [--json] [--short] [--minutes N]

What sitemon costs on this machine; all scenarios unless some are named.

  --json       print one figure a line, for programs
  --short      show that the bench works, with figures that mean nothing
  --minutes N  how long "memory" observes its processes, before and during an outage (1)
`;

function argumentsOf(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h", default: false },
        json: { type: "boolean", default: false },
        short: { type: "boolean", default: false },
        minutes: { type: "string", default: "1" },
      },
    });
  } catch (error) {
    return refuse(`${(error as Error).message.split(". ")[0]}; see --help`);
  }
}

function refuse(sentence: string): never {
  console.error(sentence);
  Deno.exit(64);
}

/** `checks` is all of `checks/…`. */
function isMeant(name: string, word: string): boolean {
  return name === word || name.startsWith(`${word}/`);
}

const { values: { json, short, minutes, help }, positionals } = argumentsOf(Deno.args);
const unknown = positionals.find((word) => !NAMES.some((name) => isMeant(name, word)));
if (unknown !== undefined) {
  refuse(`unknown scenario "${unknown}"; it is one of ${NAMES.join(", ")}`);
}
if (!(Number(minutes) > 0)) refuse(`invalid --minutes "${minutes}"; it is a number above 0`);
if (help) {
  console.log(HELP);
  for (const name of NAMES) {
    console.log(`  ${name.padEnd(16)}${(await SCENARIOS[name]!()).description}`);
  }
  Deno.exit(0);
}
const rows: Row[] = [];
for (const name of NAMES) {
  if (positionals.length > 0 && !positionals.some((word) => isMeant(name, word))) continue;
  const scenario = await SCENARIOS[name]!();
  console.error(`${name}: ${scenario.description} …`);
  await using bench = new Workbench(short, Number(minutes));
  const figures = await scenario.run(bench);
  rows.push(...figures.map((figure) => ({ scenario: name, ...figure })));
}
if (json) rows.forEach((row) => console.log(JSON.stringify(row)));
else console.log(benchTable(rows).trimEnd());
