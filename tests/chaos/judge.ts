/** What a round has broken, found after the last fault: by the oracle, the audit and a replay. */
import { sitemon } from "../support/sitemon_process.ts";
import { broken, POSTGRES, type Produced, SQLITE } from "./oracle.ts";
import { type AlertFigures, alertFigures, brokenAlerts, DOWN_RULE } from "./alert_oracle.ts";
import { toldRows } from "./told_rows.ts";
import { announcedBy, everProducedBy, producedBy, spanMsOf, type World } from "./world/world.ts";

/** Work that has to be done in time; if it is not, that is a violation, and the round goes on. */
export async function holdPromise(
  world: World,
  promise: string,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { message, cause } = error as Error;
    world.violations.push(
      `${promise}, but ${message}${cause instanceof Error ? `: ${cause.message}` : ""}`,
    );
  }
}

/** What no fault around the program may lead to: an error that it cannot name, or a thread's own. */
const OWN_FAULT = /"reason":"unknown_error"|died and is restarting: (?!no response)/;

/** Adds a violation for each promise that the tables, the logs or the audit show to be broken. */
export async function judge(world: World): Promise<void> {
  for (const place of [...world.producers, world.run]) {
    const { last } = producedBy(place);
    const announced = announcedBy(place);
    if (announced === 0 && place.former.length === 0) {
      world.violations.push(`${place.location} says what it stores, but never did`);
    }
    if (announced > last) {
      world.violations.push(
        `What ${place.location} calls stored is stored, but ${announced} is not: ${last} is last`,
      );
    }
  }
  for (const process of world.processes) {
    const own = process.logs().join("").split("\n").filter((line) => OWN_FAULT.test(line));
    if (own.length === 0) continue;
    world.violations.push(`${process.options.name} is not at fault, but ${own.length}: ${own[0]}`);
  }
  const inRun = await broken((sql) => world.queryRun(sql), SQLITE, everProducedBy(world.run));
  const query = (sql: string) => world.services.query(sql);
  world.violations.push(
    ...await broken(query, POSTGRES, world.produced()),
    ...inRun.map((sentence) => `sitemon run: ${sentence}`),
    ...await world.poison.missing(query),
  );
  await audit(world, "consumer-1", world.produced(), world.producers.flatMap((it) => it.former));
  await audit(world, "run", everProducedBy(world.run), world.run.former);
}

/** The same for what was told; resolves to the sums of each store. */
export async function judgeAlerts(world: World): Promise<AlertFigures[]> {
  const all: AlertFigures[] = [];
  world.violations.push(...world.receivers.problems.map((it) => `Webhooks are valid, but ${it}`));
  for (const [source, { dialect, query, configuration }] of world.stores) {
    const told = {
      ...await toldRows(query, dialect),
      received: world.receivers.received.filter((reception) => reception.source === source),
      spanMsOf,
    };
    const locations = new Set(told.checks.map(({ location }) => location));
    const outages = world.sites.outages.filter(({ location }) => locations.has(location));
    all.push(alertFigures(told, outages));
    const sentences = brokenAlerts(told).map((sentence) => `${source}: ${sentence}`);
    world.violations.push(...sentences);
    // The databases go with their servers.
    const kept = `${world.folder}/${source}.told.json`;
    if (sentences.length > 0) Deno.writeTextFileSync(kept, JSON.stringify(told));
    const args = ["audit", "--alerts", "-c", `${world.folder}/${configuration}.yaml`];
    const { code, stdout, stderr } = await sitemon(args);
    if (code === 0) continue;
    world.violations.push(`sitemon audit --alerts ends with ${code}: ${stdout}${stderr}`);
  }
  return all;
}

/** The operator's own answer to "was anything lost?" has to be the same. */
async function audit(
  world: World,
  configuration: string,
  produced: readonly Produced[],
  former: readonly Produced[],
): Promise<void> {
  const args = ["audit", "-c", `${world.folder}/${configuration}.yaml`, "--json"];
  const { code, stdout, stderr } = await sitemon(args);
  const rows = stdout.trim().split("\n").map((line) => JSON.parse(line));
  const isMissing = ({ missing, reused }: { missing: number; reused: number }) =>
    missing + reused > 0;
  // What an outbox lost with its log is known to be lost; every other sequence has arrived, once.
  const unexpected = rows.filter((row) =>
    isMissing(row) && (row.reused > 0 || !former.some((it) => it.producerId === row.producer_id))
  );
  if (code !== (rows.some(isMissing) ? 1 : 0) || unexpected.length > 0) {
    world.violations.push(
      `sitemon audit misses nothing else, but ends with ${code}: ${stdout}${stderr}`,
    );
    return;
  }
  for (const { producerId, last } of produced) {
    const row = rows.find(({ producer_id }) => producer_id === producerId);
    if (row?.produced === last || last === 0) continue;
    world.violations.push(
      `sitemon audit counts ${last} reports of ${producerId}, but says ${JSON.stringify(row)}`,
    );
  }
}

/** Reads the whole topic once more: every table has to be the same, byte by byte. */
export async function replayChangesNothing(world: World): Promise<void> {
  const before = await snapshot(world);
  await holdPromise(world, "The group can be reset", () => world.services.resetGroup());
  for (const consumer of world.consumers) consumer.start();
  await holdPromise(
    world,
    "Consumers read the topic again",
    () => world.services.groupHasReadAll(),
  );
  await Promise.all(world.consumers.map((consumer) => consumer.stop()));
  const after = await snapshot(world);
  for (const [table, hash] of Object.entries(before)) {
    if (after[table] !== hash) {
      world.violations.push(`A replay changes nothing, but ${table} differs`);
    }
  }
}

const TABLES = [
  ...["site_report", "site_status", "site_transition", "site_hour", "site_day"],
  ...["producer_gap", "dead_letter"],
  // Meanwhile nobody checks, which is told.
  `(SELECT * FROM alert WHERE rule = '${DOWN_RULE}')`,
  `(SELECT m.* FROM alert_message m JOIN alert a ON a.id = m.alert_id
    WHERE a.rule = '${DOWN_RULE}')`,
];

async function snapshot(world: World): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const table of TABLES) {
    const [row] = await world.services.query<{ hash: string }>(
      `SELECT md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) AS hash
       FROM ${table} AS t`,
    );
    hashes[table] = row!.hash;
  }
  return hashes;
}
