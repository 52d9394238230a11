/** `deno task record-alerts [FAULT …]`: makes the faults in real processes, and records their metrics. */
import { startKafka } from "../services/kafka.ts";
import { startPostgres } from "../services/postgres.ts";
import { eventually, pause } from "../support/waiting.ts";
import { type Fault, FAULTS, type World } from "./faults.ts";
import { Recording, STEP_SECONDS } from "./recording.ts";

const ROOT = new URL("../../", import.meta.url);
const RULES = Deno.readTextFileSync(new URL("example_config/prometheus-alerts.yml", ROOT));
const OF_RULES = new Set<string>(RULES.match(/sitemon_\w+/g));
/** How long a process may take to start, beside all the others. */
const START_MS = 120_000;
/** Scrapes before a fault is made. */
const HEALTHY_SCRAPES = 4;

async function scraped(port: number): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(10_000);
    const response = await fetch(`http://127.0.0.1:${port}/metrics`, { signal });
    return await response.text();
  } catch {
    return undefined;
  }
}

async function record(name: string, fault: Fault, world: World): Promise<void> {
  const { targets, breaks } = await fault.make(world);
  for (const [instance, port] of Object.entries(targets)) {
    await eventually(START_MS, `${name}: ${instance}`, () => scraped(port), 1_000);
  }
  const recording = new Recording((metric) => OF_RULES.has(metric));
  const startMs = performance.now();
  for (let scrapes = 0; scrapes * STEP_SECONDS <= fault.minutes * 60; scrapes++) {
    const dueMs = startMs + scrapes * STEP_SECONDS * 1_000;
    await pause(Math.max(0, dueMs - performance.now()));
    const texts = Object.entries(targets).map(async ([instance, port]) =>
      [instance, await scraped(port)] as const
    );
    recording.add(Object.fromEntries(await Promise.all(texts)));
    if (scrapes === HEALTHY_SCRAPES) await breaks?.();
  }
  const head = `deno task record-alerts ${name}; a value every ${STEP_SECONDS} s`;
  const file = new URL(`tests/testdata/alerts/${name}.txt`, ROOT);
  Deno.writeTextFileSync(file, recording.toText(head));
  console.log(`recorded ${name}`);
}

const names = Deno.args.length > 0 ? Deno.args : Object.keys(FAULTS);
await using stack = new AsyncDisposableStack();
const kafka = stack.use(await startKafka());
const world: World = {
  stack,
  kafka: kafka.bootstrap,
  startPostgres: async () => stack.use(await startPostgres()),
};
await Promise.all(names.map((name) => record(name, FAULTS[name]!, world)));
