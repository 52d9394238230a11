/** How long after the commit of the report that decides an alert is handed to its channel. */
import process from "node:process";
import { Client } from "pg";
import { DECIDE_EVERY_MS, Decider } from "../../../src/alerts/decider.ts";
import type { Outcome } from "../../../src/report/outcome.ts";
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import type { AlertStore } from "../../../src/status/alert_store.ts";
import { postgresParts } from "../../../src/status/postgres/postgres_parts.ts";
import { CHUNK_REPORTS_MAX, type StatusStore } from "../../../src/status/store.ts";
import { aRule } from "../../alerts/model/trial.ts";
import { aReport } from "../../contract/site_reports.ts";
import type { PostgresAddress } from "../../services/postgres.ts";
import { optionsOf } from "../../status/postgres/opened_store.ts";
import { eventually, pause } from "../../support/waiting.ts";
import { type Figure, median, quantile, type Scenario } from "../frame/scenario.ts";
import type { Workbench } from "../frame/workbench.ts";

const SITES = [1_000, 100_000];
const SHORT_SITES = [20];
const SPAN_MS = 60_000;
/** Of each hundred sites, one goes down, at any time within so long. */
const SHARE = 0.01;
const WINDOW_MS = 20_000;
const TOLD_MS_MAX = 120_000;
const DECISIONS = 30;

export const alerts: Scenario = {
  description: "from the commit of a report to its alert at a channel, with 1 % of the sites down",
  async run(bench) {
    const figures: Figure[] = [];
    for (const sites of bench.sized(SITES, SHORT_SITES)) {
      const load = {
        sites,
        down: Math.max(2, sites * SHARE),
        windowMs: bench.sized(WINDOW_MS, 500),
      };
      const floor = await told(bench, load, poll);
      const value = await told(bench, load, decideAndClaim);
      const title = `${sites.toLocaleString("en")} sites`;
      figures.push(
        { name: `${title}: to the channel, median`, unit: "ms", ...pair(value, floor, 0.5) },
        { name: `${title}: to the channel, 99 %`, unit: "ms", ...pair(value, floor, 0.99) },
        {
          name: `${title}: CPU of a decision that changes nothing`,
          unit: "ms",
          value: median(value.cpuMs),
          floor: median(floor.cpuMs),
        },
      );
    }
    return figures;
  },
};

function pair(value: Told, floor: Told, part: number) {
  return { value: quantile(value.latencyMs, part), floor: quantile(floor.latencyMs, part) };
}

interface Load {
  readonly sites: number;
  readonly down: number;
  readonly windowMs: number;
}

interface Told {
  /** Of each site that went down. */
  readonly latencyMs: readonly number[];
  /** Of each look at the sites once all of it was told. */
  readonly cpuMs: readonly number[];
}

/** Looks once, and names the sites of which it tells. */
type Teller = AsyncDisposable & { look(): Promise<readonly string[]> };

async function told(
  bench: Workbench,
  { sites, down, windowMs }: Load,
  open: (address: PostgresAddress) => Promise<Teller>,
): Promise<Told> {
  const address = await bench.database();
  const store = postgresParts(optionsOf(address), {}).status();
  await store.migrate();
  await fill(store, sites);
  await using teller = await open(address);
  await teller.look();
  const committed = new Map<string, number>();
  const latencyMs: number[] = [];
  const going = goDown(store, { down, windowMs, committed });
  await eventually(TOLD_MS_MAX, "every alert at its channel", async () => {
    const begunMs = performance.now();
    for (const site of await teller.look()) {
      latencyMs.push(performance.now() - committed.get(site)!);
    }
    await pause(Math.max(0, DECIDE_EVERY_MS - (performance.now() - begunMs)));
    return latencyMs.length >= down || undefined;
  });
  await going;
  const cpuMs: number[] = [];
  for (let count = 0; count < bench.sized(DECISIONS, 2); count++) {
    const start = process.cpuUsage();
    await teller.look();
    const { user, system } = process.cpuUsage(start);
    cpuMs.push((user + system) / 1_000);
  }
  await store.close();
  return { latencyMs, cpuMs };
}

let sequence = 0;

function reportOf(site: number, outcome: Outcome) {
  return aReport({
    site: `site ${site}`,
    outcome,
    reason: outcome === "up" ? null : "status",
    recorded_at: clock.nowMicros(),
    next_check_ms: SPAN_MS,
    sequence: ++sequence,
  });
}

async function fill(store: StatusStore, sites: number): Promise<void> {
  for (let first = 0; first < sites; first += CHUNK_REPORTS_MAX) {
    const count = Math.min(CHUNK_REPORTS_MAX, sites - first);
    const reports = Array.from({ length: count }, (_, index) => reportOf(first + index, "up"));
    await store.apply({ reports, gaps: [], deadLetters: [] });
  }
}

/** Each of them at a time of its own. */
async function goDown(
  store: StatusStore,
  { down, windowMs, committed }: Pick<Load, "down" | "windowMs"> & {
    readonly committed: Map<string, number>;
  },
): Promise<void> {
  const turns = Math.min(down, 200);
  for (let turn = 0; turn < turns; turn++) {
    await pause(windowMs / turns * 2 * Math.random());
    const reports = [];
    for (let site = turn; site < down; site += turns) reports.push(reportOf(site, "down"));
    for (const { site } of reports) committed.set(site, performance.now());
    await store.apply({ reports, gaps: [], deadLetters: [] });
    for (const { site } of reports) committed.set(site, performance.now());
  }
}

async function decideAndClaim(address: PostgresAddress): Promise<Teller> {
  const parts = postgresParts(optionsOf(address), {});
  const [store, queries] = [parts.alertStore(), parts.queries()];
  const decider = new Decider({
    store,
    queries,
    alerts: { channels: [], rules: [aRule()], groupBy: [], groupWaitMs: 0, flapsMax: 6 },
    clock,
    telemetry: { observe: () => {}, count: () => {} },
    onStore: () => {},
  });
  const look = async () => {
    if (!await decider.decide()) throw new Error("nobody else decides here");
    return await claimed(store);
  };
  const close = async () => {
    await store.close();
    await queries.close();
  };
  return await Promise.resolve({ look, [Symbol.asyncDispose]: close });
}

async function claimed(store: AlertStore): Promise<string[]> {
  const sites: string[] = [];
  for (;;) {
    const [delivery] = await store.claim(["ops"], 60_000);
    if (delivery === undefined) return sites;
    sites.push(...delivery.messages.flatMap(({ alert }) => alert.site ?? []));
    const done = { isMaybeTold: false, error: null, retryMs: null };
    await store.settle({ delivery, result: "delivered", ...done });
  }
}

/** Asks for what is down, as often, and remembers it in memory. */
async function poll({ url }: PostgresAddress): Promise<Teller> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const known = new Set<string>();
  const look = async () => {
    const { rows } = await client.query<{ site: string }>(
      "SELECT site FROM site_status WHERE outcome = 'down'",
    );
    const news = rows.map(({ site }) => site).filter((site) => !known.has(site));
    for (const site of news) known.add(site);
    return news;
  };
  return { look, [Symbol.asyncDispose]: () => client.end() };
}
