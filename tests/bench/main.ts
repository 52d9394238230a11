/** `deno task bench [SCENARIO…] [--json] [--short] [--minutes N]`: what sitemon costs on this machine. */
import { parseArgs } from "node:util";
import { benchTable, type Row } from "./frame/bench_table.ts";
import type { Checking } from "./scenarios/producer_checks.ts";
import { type Figure, type Scenario, UnfitMachineError } from "./frame/scenario.ts";

/** Loaded when they are called: each needs what the others do not. */
const SCENARIOS: Readonly<Record<string, () => Promise<Scenario>>> = {
  check: async () => (await import("./scenarios/check.ts")).check,
  "checks/plain": () => producerChecks({ name: "http, by address" }),
  "checks/name": () => producerChecks({ name: "http, by name", hostname: "localhost" }),
  "checks/tls": () => producerChecks({ name: "https, by address", scheme: "https" }),
  "checks/many": () => producerChecks({ name: "10,000 sites", sites: 10_000 }),
  "checks/schedule": async () =>
    (await import("./scenarios/producer_schedule.ts")).producerSchedule,
  "checks/growth": async () => (await import("./scenarios/producer_growth.ts")).producerGrowth,
  "checks/threads": async () => (await import("./scenarios/producer_threads.ts")).producerThreads,
  growth: async () => (await import("./scenarios/growth.ts")).growth,
  history: async () => (await import("./scenarios/history.ts")).history,
  ingest: async () => (await import("./scenarios/ingest.ts")).ingest,
  memory: async () => (await import("./scenarios/memory.ts")).memory,
  latency: async () => (await import("./scenarios/latency.ts")).latency,
  micro: async () => (await import("./scenarios/micro.ts")).micro,
  "outbox/store": async () => (await import("./scenarios/outbox_store.ts")).outboxStore,
  "outbox/drain": async () => (await import("./scenarios/outbox_drain.ts")).outboxDrain,
  start: async () => (await import("./scenarios/start.ts")).start,
  page: async () => (await import("./scenarios/status_page.ts")).statusPage,
};

const HELP = `Usage: deno task bench [SCENARIO…] [--json] [--short] [--minutes N]

What sitemon costs on this machine; every scenario unless some are named.

  --json       print one figure a line, for programs
  --short      show that the bench works, in figures that mean nothing
  --minutes N  how long "memory" lets its processes work, before and in an outage (1)
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
    return refuse(`Cannot measure: ${(error as Error).message.split(". ")[0]}; --help tells more`);
  }
}

function refuse(sentence: string): never {
  console.error(sentence);
  Deno.exit(64);
}

async function producerChecks(checking: Checking): Promise<Scenario> {
  return (await import("./scenarios/producer_checks.ts")).producerChecks(checking);
}

/** None of one that the machine has no room for; the others go on, and the exit code tells. */
async function figuresOf(
  { run }: Scenario,
  ...options: Parameters<Scenario["run"]>
): Promise<readonly Figure[]> {
  try {
    return await run(...options);
  } catch (error) {
    if (!(error instanceof UnfitMachineError)) throw error;
    console.error(error.message);
    Deno.exitCode = 69;
    return [];
  }
}

const { values: { json, short, minutes, help }, positionals } = argumentsOf(Deno.args);
const all = Object.keys(SCENARIOS);
/** `checks` is all of `checks/…`. */
const isMeant = (name: string, word: string) => name === word || name.startsWith(`${word}/`);
const unknown = positionals.find((word) => !all.some((name) => isMeant(name, word)));
if (unknown !== undefined) {
  refuse(`Cannot measure "${unknown}" as it must be one of ${all.join(", ")}`);
}
if (!(Number(minutes) > 0)) {
  refuse(`Cannot measure for "${minutes}" minutes as there must be more than 0 of them`);
}
if (help) {
  console.log(HELP);
  for (const name of all) {
    console.log(`  ${name.padEnd(16)}${(await SCENARIOS[name]!()).description}`);
  }
  Deno.exit(0);
}
const names = positionals.length === 0
  ? all
  : all.filter((name) => positionals.some((word) => isMeant(name, word)));
const rows: Row[] = [];
for (const name of names) {
  const scenario = await SCENARIOS[name]!();
  console.error(`${name}: ${scenario.description} …`);
  const figures = await figuresOf(scenario, { isShort: short, minutes: Number(minutes) });
  rows.push(...figures.map((figure) => ({ scenario: name, ...figure })));
}
const table = rows.length === 0 ? [] : [benchTable(rows).trimEnd()];
for (const text of json ? rows.map((row) => JSON.stringify(row)) : table) console.log(text);
