/** What a status page asks, and how long the answers take: for each bench that has made a history. */
import process from "node:process";
import { Connection } from "../../../src/status/postgres/connection/connection.ts";
import type { PostgresOptions } from "../../../src/status/postgres/connection/postgres_options.ts";
import * as statements from "../../../src/status/postgres/query_statements.ts";
import type { StatusQueries } from "../../../src/status/queries.ts";
import { type BenchOptions, type Figure, median } from "../frame/scenario.ts";
import { explain } from "./explain.ts";

/** What a page shows at once. */
const PAGE_SITES = 50;

/** Each question several times, of whichever store, by the clock and by the CPU of this process. */
export async function pageQuestions(
  store: string,
  queries: StatusQueries,
  { isShort }: Pick<BenchOptions, "isShort">,
): Promise<Figure[]> {
  const { cursor, statuses } = await queries.changesSince(undefined);
  const page = statuses.slice(0, PAGE_SITES);
  const [site] = statuses;
  const questions = {
    "statuses()": () => queries.statuses(),
    "uptimes()": () => queries.uptimes(),
    [`daily() of ${PAGE_SITES} sites, 90 days`]: () => queries.daily(page, 90),
    "history() of 30 days": () => queries.history(site!, { transitionDays: 30, latencyDays: 30 }),
    "changesSince(), nothing new": () => queries.changesSince(cursor),
  };
  const figures: Figure[] = [];
  for (const [name, ask] of Object.entries(questions)) {
    const calls = await callsOf(ask, isShort ? 2 : 40);
    const ms = calls.map((call) => call.ms);
    const slow = ms.toSorted((a, b) => a - b)[Math.floor(ms.length * 0.95)]!;
    const cpuMs = median(calls.map((call) => call.cpuMs));
    figures.push({ name: `${store}: ${name}`, unit: "ms", value: median(ms) });
    figures.push({ name: `${store}: ${name}, 95 %`, unit: "ms", value: slow });
    figures.push({ name: `${store}: ${name}, CPU of the reader`, unit: "ms", value: cpuMs });
  }
  return figures;
}

/** What one call took, by the clock and by the account of this process. */
interface Call {
  readonly ms: number;
  readonly cpuMs: number;
}

/** Each of some calls, after a first one that prepares what is prepared once. */
async function callsOf(ask: () => Promise<unknown>, count: number): Promise<Call[]> {
  await ask();
  const calls: Call[] = [];
  for (let call = 0; call < count; call++) {
    const [startMs, start] = [performance.now(), process.cpuUsage()];
    await ask();
    const [ms, { user, system }] = [performance.now() - startMs, process.cpuUsage(start)];
    calls.push({ ms, cpuMs: (user + system) / 1_000 });
  }
  return calls;
}

/** The statements behind the questions, each with its plan on standard error. */
export async function pageStatements(
  options: PostgresOptions,
  { site, isShort }: Pick<BenchOptions, "isShort"> & {
    /** The name of the n-th site, from 0; its location is the default. */
    readonly site: (n: number) => string;
  },
): Promise<Figure[]> {
  const one = [site(0), "default"];
  const sites = Array.from({ length: PAGE_SITES }, (_, n) => site(n));
  const questions = [
    { statement: statements.STATUSES, values: [] },
    { statement: statements.UPTIMES, values: [] },
    { statement: statements.DAYS, values: [sites, sites.map(() => "default"), 90] },
    { statement: statements.TRANSITIONS, values: [...one, 30] },
    { statement: statements.LATENCY, values: [...one, 30] },
    { statement: statements.FAILURES, values: one },
    { statement: statements.RECENT, values: one },
  ];
  const connection = await Connection.open(options);
  try {
    const figures: Figure[] = [];
    for (const { statement, values } of questions) {
      const { plan, cpuMs } = await explain(connection, statement, {
        values,
        times: isShort ? 1 : 15,
      });
      if (!isShort) console.error(`\n${statement.name}\n${plan.join("\n")}`);
      figures.push({ name: `PostgreSQL: CPU of ${statement.name}`, unit: "ms", value: cpuMs });
    }
    return figures;
  } finally {
    await connection.close();
  }
}
