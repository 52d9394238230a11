/** What a status page asks, and what the answers cost: for each bench that has made a history. */
import process from "node:process";
import { Connection } from "../../../src/status/postgres/connection/connection.ts";
import type { PostgresOptions } from "../../../src/status/postgres/connection/postgres_options.ts";
import { POSTGRES_QUERIES } from "../../../src/status/postgres/postgres_queries.ts";
import type { StatusQueries } from "../../../src/status/queries.ts";
import { queryStatements } from "../../../src/status/sql/sql_queries.ts";
import { processCpuMs } from "../frame/measured_process.ts";
import { type Figure, median } from "../frame/scenario.ts";

/** What a page shows at once. */
const PAGE_SITES = 50;

/** Each question several times, of whichever store, by the clock and by the CPU of this process. */
export async function pageQuestions(
  store: string,
  queries: StatusQueries,
  { isShort }: { readonly isShort: boolean },
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
  for (const [question, ask] of Object.entries(questions)) {
    const calls = await callsOf(ask, isShort ? 2 : 40);
    const ms = calls.map((call) => call.ms).toSorted((a, b) => a - b);
    const name = `${store}: ${question}`;
    const cpuMs = median(calls.map((call) => call.cpuMs));
    figures.push(
      { name, unit: "ms", value: median(ms) },
      { name: `${name}, 95 %`, unit: "ms", value: ms[Math.floor(ms.length * 0.95)]! },
      { name: `${name}, CPU of the reader`, unit: "ms", value: cpuMs },
    );
  }
  return figures;
}

/** What each of some calls took, after a first one that prepares what is prepared once. */
async function callsOf(ask: () => Promise<unknown>, count: number) {
  await ask();
  const calls: { ms: number; cpuMs: number }[] = [];
  for (let call = 0; call < count; call++) {
    const [startMs, start] = [performance.now(), process.cpuUsage()];
    await ask();
    const [ms, { user, system }] = [performance.now() - startMs, process.cpuUsage(start)];
    calls.push({ ms, cpuMs: (user + system) / 1_000 });
  }
  return calls;
}

/**
 * The statements behind the questions, each with its plan on standard error. They are executed as
 * sitemon's connections do, with a plan for any parameters; the server has to run on this machine,
 * where the kernel's account of its processes can be read.
 */
export async function pageStatements(
  options: PostgresOptions,
  { site, isShort }: {
    /** The name of the n-th site, from 0; its location is the default. */
    readonly site: (n: number) => string;
    readonly isShort: boolean;
  },
): Promise<Figure[]> {
  const one = [site(0), "default"];
  const page = Array.from({ length: PAGE_SITES }, (_, n) => ({
    site: site(n),
    location: "default",
  }));
  const statements = queryStatements(POSTGRES_QUERIES);
  const questions = [
    { statement: statements.statuses, values: [] },
    { statement: statements.uptimes, values: [] },
    { statement: statements.days, values: [JSON.stringify(page), 90] },
    { statement: statements.transitions, values: [...one, 30] },
    { statement: statements.latency, values: [...one, 30] },
    { statement: statements.failures, values: one },
    { statement: statements.recent, values: one },
  ];
  const connection = await Connection.open(options);
  try {
    const [server] = await connection.execute<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const figures: Figure[] = [];
    for (const { statement: { name, text }, values } of questions) {
      const explain = {
        name: `explain_${name}`,
        text: `EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) ${text}`,
      };
      const cpuMs: number[] = [];
      let plan: { "QUERY PLAN": string }[] = [];
      while (cpuMs.length < (isShort ? 1 : 15)) {
        const startMs = processCpuMs(server!.pid);
        plan = await connection.query<{ "QUERY PLAN": string }>(explain, values);
        cpuMs.push(processCpuMs(server!.pid) - startMs);
      }
      if (!isShort) {
        console.error([`\n${name}`, ...plan.map((row) => row["QUERY PLAN"])].join("\n"));
      }
      figures.push({ name: `PostgreSQL: CPU of ${name}`, unit: "ms", value: median(cpuMs) });
    }
    return figures;
  } finally {
    await connection.close();
  }
}
