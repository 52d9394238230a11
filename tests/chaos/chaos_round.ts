/** One round of chaos: faults for some minutes, then calm, then the oracle. */
import { eventually } from "../deadline.ts";
import { sitemon } from "../sitemon_process.ts";
import { pause } from "./fault.ts";
import { kafkaFaults } from "./kafka_faults.ts";
import { broken, missingSql, POSTGRES, type Produced, SQLITE } from "./oracle.ts";
import { POSTGRES_FAULTS } from "./postgres_faults.ts";
import { PROCESS_FAULTS, resetGroup } from "./process_faults.ts";
import { type FaultCounts, runSchedule } from "./schedule.ts";
import { announcedBy, GROUP, producedBy, TOPIC, World, type WorldOptions } from "./world.ts";

/** After the last fault is mended: a group gives up dead members after 15 s, and catches up. */
const RECOVERY_MS = 90_000;
/** For a check that is made when everything works. */
const FRESH_MS = 10_000;
const CATCH_UP_MS = 120_000;

export interface ChaosRoundOptions extends WorldOptions {
  readonly faultsMs: number;
  readonly tell: (line: string) => void;
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
  await everySiteIsFresh(world, RECOVERY_MS);
  await causeFaults(world, options, faults);
  options.tell("calm");
  const recoveryMs = await becomeCalm(world);
  await settle(world);
  await judge(world);
  options.tell("replaying everything once more");
  await replayChangesNothing(world);
  return { ...await figures(world), faults, recoveryMs, ...outcomeOf(world) };
}

function outcomeOf({ violations, folder }: World) {
  return { violations, folder };
}

async function causeFaults(
  world: World,
  { faultsMs, tell }: ChaosRoundOptions,
  counts: FaultCounts,
): Promise<void> {
  const endMs = performance.now() + faultsMs;
  const lanes = { kafka: kafkaFaults(world), postgres: POSTGRES_FAULTS, process: PROCESS_FAULTS };
  await Promise.all(
    Object.entries(lanes).map(([name, faults]) =>
      runSchedule(world, { name, faults, endMs }, { counts, tell })
    ),
  );
}

/** Resolves to how long every site took to be fresh again. */
async function becomeCalm(world: World): Promise<number> {
  const startMs = performance.now();
  await check(world, "Recovers after the last fault", () => everySiteIsFresh(world, RECOVERY_MS));
  const recoveryMs = performance.now() - startMs;
  await check(world, "A fresh check arrives within 10 s", () => everySiteIsFresh(world, FRESH_MS));
  return recoveryMs;
}

/** Resolves when each site has a status that was checked after now. */
async function everySiteIsFresh(world: World, ms: number): Promise<void> {
  const since = new Date().toISOString();
  const wanted = world.watched.length;
  await eventually(ms, `a check of each of ${wanted} sites since ${since}`, async () => {
    const [row] = await world.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM site_status
       WHERE checked_at > '${since}' AND location <> 'late'`,
    );
    if (row!.count === wanted) return true;
    await pause(200);
    return undefined;
  });
}

/** Ends the producers, whose outboxes have to run dry, and waits for what they published. */
async function settle(world: World): Promise<void> {
  await world.late.stop();
  for (const { process } of [...world.producers, world.run]) await process.stop();
  await check(
    world,
    "Everything stored arrives",
    () =>
      eventually(CATCH_UP_MS, "nothing missing", async () => {
        const missing = await world.query(missingSql(POSTGRES, world.produced()));
        if (missing.length === 0) return true;
        await pause(500);
        throw new Error(JSON.stringify(missing));
      }),
  );
  await check(world, "Consumers catch up", () => groupHasReadAll(world));
  await Promise.all(world.consumers.map((consumer) => consumer.stop()));
}

async function groupHasReadAll(world: World): Promise<void> {
  await eventually(
    CATCH_UP_MS,
    "a group that has read everything",
    () =>
      world.admin(async (admin) => {
        const ends = await admin.fetchTopicOffsets(TOPIC);
        const [group] = await admin.fetchOffsets({ groupId: GROUP, topics: [TOPIC] });
        const read = new Map(group!.partitions.map((p) => [p.partition, Number(p.offset)]));
        const isBehind = ends.some(({ partition, high }) =>
          Number(high) > Math.max(0, read.get(partition) ?? 0)
        );
        if (isBehind) await pause(500);
        return isBehind ? undefined : true;
      }),
  );
}

async function judge(world: World): Promise<void> {
  for (const place of [...world.producers, world.run]) {
    const { last } = producedBy(place);
    const announced = announcedBy(place);
    if (announced.count === 0) {
      world.violations.push(`${place.location} says what it stores, but never did`);
    }
    if (announced.last > last) {
      world.violations.push(
        `What ${place.location} calls stored is stored, but ${announced.last} is not: ${last} is last`,
      );
    }
  }
  const inPostgres = await broken((sql) => world.query(sql), POSTGRES, world.produced());
  const inRun = await broken((sql) => world.queryRun(sql), SQLITE, [producedBy(world.run)]);
  const poison = await world.poison.missing((sql) => world.query(sql));
  world.violations.push(
    ...inPostgres,
    ...inRun.map((sentence) => `sitemon run: ${sentence}`),
    ...poison,
  );
  await audit(world, "consumer-1", world.produced());
  await audit(world, "run", [producedBy(world.run)]);
}

/** The operator's own answer to "was anything lost?" has to be the same. */
async function audit(world: World, configuration: string, produced: Produced[]): Promise<void> {
  const args = ["audit", "-c", `${world.folder}/${configuration}.yaml`, "--json"];
  const { code, stdout, stderr } = await sitemon(args);
  if (code !== 0) {
    world.violations.push(
      `sitemon audit misses nothing, but ends with ${code}: ${stdout}${stderr}`,
    );
    return;
  }
  const rows = stdout.trim().split("\n").map((line) => JSON.parse(line));
  for (const { producerId, last } of produced) {
    const row = rows.find(({ producer_id }) => producer_id === producerId);
    if (row?.produced === last) continue;
    const told = JSON.stringify(row);
    world.violations.push(
      `sitemon audit counts ${last} reports of ${producerId}, but says ${told}`,
    );
  }
}

async function replayChangesNothing(world: World): Promise<void> {
  const before = await snapshot(world);
  await check(world, "The group can be reset", () => resetGroup(world));
  for (const consumer of world.consumers) consumer.start();
  await check(world, "Consumers read the topic again", () => groupHasReadAll(world));
  await Promise.all(world.consumers.map((consumer) => consumer.stop()));
  const after = await snapshot(world);
  for (const [table, hash] of Object.entries(before)) {
    if (after[table] !== hash) {
      world.violations.push(`A replay changes nothing, but ${table} differs`);
    }
  }
}

const TABLES = [
  "site_report",
  "site_status",
  "site_transition",
  "site_hour",
  "producer_gap",
  "dead_letter",
];

async function snapshot(world: World): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const table of TABLES) {
    const [row] = await world.query<{ hash: string }>(
      `SELECT md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) AS hash
       FROM ${table} AS t`,
    );
    hashes[table] = row!.hash;
  }
  return hashes;
}

async function figures(world: World) {
  const [row] = await world.query<Record<string, string>>(`SELECT
    (SELECT count(*) FROM site_report) AS applied,
    (SELECT count(*) FROM dead_letter) AS dead,
    (SELECT coalesce(sum(last - first + 1), 0) FROM producer_gap) AS dropped,
    (SELECT count(*) FROM producer_gap) AS gaps`);
  const { applied, dead, dropped, gaps } = row!;
  const [run] = await world.queryRun("SELECT count(*) AS applied FROM site_report");
  const ends = await world.admin((admin) => admin.fetchTopicOffsets(TOPIC));
  const messages = ends.reduce((sum, { high }) => sum + Number(high), 0);
  const produced = [...world.produced(), producedBy(world.run)];
  return {
    stored: produced.reduce((sum, { last }) => sum + last, 0),
    applied: Number(applied) + Number(run!.applied),
    duplicates: messages - Number(applied) - Number(gaps) - Number(dead),
    dropped: Number(dropped),
    dead: Number(dead),
  };
}

/** A promise that takes too long is broken too, and the round goes on to say what else is. */
async function check(world: World, promise: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { message, cause } = error as Error;
    world.violations.push(
      `${promise}, but ${message}${cause instanceof Error ? `: ${cause.message}` : ""}`,
    );
  }
}
