/** One round of chaos: faults for some minutes, then calm, then the oracle. */
import { eventually } from "../support/waiting.ts";
import { TOPIC } from "./world/chaos_services.ts";
import { kafkaFaults } from "./faults/kafka_faults.ts";
import type { AlertFigures } from "./alert_oracle.ts";
import { missingSql, POSTGRES, type Query } from "./oracle.ts";
import { POSTGRES_FAULTS } from "./faults/postgres_faults.ts";
import { OUTBOX_FAULTS } from "./faults/outbox_faults.ts";
import { PROCESS_FAULTS } from "./faults/process_faults.ts";
import { RECEIVER_FAULTS } from "./faults/receiver_faults.ts";
import { type FaultCounts, runSchedule } from "./faults/fault.ts";
import { holdPromise, judge, judgeAlerts, replayChangesNothing } from "./judge.ts";
import { UNSETTLED } from "./told_rows.ts";
import { everProducedBy, World, type WorldOptions } from "./world/world.ts";

/**
 * After the last fault is repaired: a group gives up dead members after 15 s, and catches up. Long
 * enough for a machine that others use as well; the report has how long it really took.
 */
const RECOVERY_MS = 180_000;
/** For a check that is made when everything works. */
const FRESH_MS = 10_000;
const CATCH_UP_MS = 120_000;
/** A receiver that failed for as long as a fault of it lasts is tried again within a minute. */
const TOLD_MS = 120_000;

export interface ChaosRoundOptions extends WorldOptions {
  readonly faultsMs: number;
  readonly report: (line: string) => void;
}

/** What a round was and came to. */
export interface ChaosReport {
  readonly faults: FaultCounts;
  /** Reports that outboxes have stored. */
  readonly stored: number;
  /** Reports in the histories. */
  readonly applied: number;
  /** Messages in the topic that say again what another one said. */
  readonly duplicates: number;
  /** Reports that gaps announce. */
  readonly dropped: number;
  readonly dead: number;
  /** Of each store. */
  readonly alerts: readonly AlertFigures[];
  /** How long after the last fault every site was fresh again. */
  readonly recoveryMs: number;
  /** Promises that were broken, one sentence each. */
  readonly violations: readonly string[];
  /** Where the logs of a round with violations are. */
  readonly folder: string;
}

export async function runChaosRound(options: ChaosRoundOptions): Promise<ChaosReport> {
  await using world = await World.create(options);
  const faults: FaultCounts = new Map();
  world.start();
  await holdPromise(world, "Every site is checked", () => everySiteIsFresh(world, RECOVERY_MS));
  await causeFaults(world, options, faults);
  options.report("calm");
  const recoveryMs = await becomeCalm(world);
  await everythingIsTold(world);
  await settle(world);
  await judge(world);
  const alerts = await judgeAlerts(world);
  options.report("replaying everything once more");
  await replayChangesNothing(world);
  const { violations, folder } = world;
  return { ...await figures(world), alerts, faults, recoveryMs, violations, folder };
}

async function causeFaults(
  world: World,
  { faultsMs, report }: ChaosRoundOptions,
  counts: FaultCounts,
): Promise<void> {
  const endMs = performance.now() + faultsMs;
  const lanes = {
    kafka: kafkaFaults(world),
    postgres: POSTGRES_FAULTS,
    process: [...PROCESS_FAULTS, ...OUTBOX_FAULTS],
    receiver: RECEIVER_FAULTS,
  };
  const schedules = Object.entries(lanes).map(([name, faults]) => {
    return runSchedule(world, { name, faults, endMs }, { counts, report });
  });
  await Promise.all(schedules);
}

/** Resolves to how long every site took to be fresh again. */
async function becomeCalm(world: World): Promise<number> {
  const startMs = performance.now();
  world.sites.calm();
  const isFreshWithin = (ms: number) => () => everySiteIsFresh(world, ms);
  await holdPromise(world, "Recovers after the last fault", isFreshWithin(RECOVERY_MS));
  const recoveryMs = performance.now() - startMs;
  await holdPromise(world, "A fresh check arrives within 10 s", isFreshWithin(FRESH_MS));
  return recoveryMs;
}

/** Resolves when each site has a status that was checked after now. */
async function everySiteIsFresh(world: World, ms: number): Promise<void> {
  const since = new Date().toISOString();
  const wanted = world.watched.length;
  await eventually(ms, `a check of each of ${wanted} sites since ${since}`, async () => {
    const [row] = await world.services.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM site_status
       WHERE checked_at > '${since}' AND location <> 'late'`,
    );
    return row!.count === wanted || undefined;
  }, 200);
}

/** While everything works: sites that are up have no alerts, and receivers get what is left. */
async function everythingIsTold(world: World): Promise<void> {
  const isSettled = (query: Query) => async () => {
    const [row] = await query(UNSETTLED);
    if (Number(row!.open) + Number(row!.pending) === 0) return true;
    throw new Error(JSON.stringify(row));
  };
  for (const query of [...world.stores.values()].map(({ query }) => query)) {
    await holdPromise(world, "Alerts end, and everybody is told", () => {
      return eventually(TOLD_MS, "nothing open or pending", isSettled(query), 500);
    });
  }
}

/** Ends the producers, whose outboxes have to run dry, and waits for what they published. */
async function settle(world: World): Promise<void> {
  await world.late.stop();
  for (const { process } of [...world.producers, world.run]) await process.stop();
  const nothingIsMissing = async () => {
    const missing = await world.services.query(missingSql(POSTGRES, world.produced()));
    if (missing.length === 0) return true;
    throw new Error(JSON.stringify(missing));
  };
  await holdPromise(world, "Everything stored arrives", () => {
    return eventually(CATCH_UP_MS, "nothing missing", nothingIsMissing, 500);
  });
  await holdPromise(world, "Consumers catch up", () => world.services.groupHasReadAll());
  await Promise.all(world.consumers.map((consumer) => consumer.stop()));
}

async function figures(world: World) {
  const [row] = await world.services.query<Record<string, string>>(`SELECT
    (SELECT count(*) FROM site_report) AS applied,
    (SELECT count(*) FROM dead_letter) AS dead,
    (SELECT coalesce(sum(last - first + 1), 0) FROM producer_gap) AS dropped,
    (SELECT count(*) FROM producer_gap) AS gaps`);
  const { applied, dead, dropped, gaps } = row!;
  const [run] = await world.queryRun("SELECT count(*) AS applied FROM site_report");
  const ends = await world.services.admin((admin) => admin.fetchTopicOffsets(TOPIC));
  const messages = ends.reduce((sum, { high }) => sum + Number(high), 0);
  const produced = [...world.produced(), ...everProducedBy(world.run)];
  return {
    stored: produced.reduce((sum, { last }) => sum + last, 0),
    applied: Number(applied) + Number(run!.applied),
    duplicates: messages - Number(applied) - Number(gaps) - Number(dead),
    dropped: Number(dropped),
    dead: Number(dead),
  };
}
