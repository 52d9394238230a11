/**
 * How fast reports get from Kafka into PostgreSQL, with history, status, transitions and rollups,
 * beside inserting the same rows into one table: in batches, and one transaction a row.
 */
import { eventually } from "../../support/waiting.ts";
import type { BareInserts } from "../floors/bare_inserts.ts";
import type { BenchTopic } from "../frame/bench_topic.ts";
import { publishReports } from "../frame/made_reports.ts";
import type { Figure, Scenario } from "../frame/scenario.ts";
import { inTurns, type MeasuredWorker } from "../frame/turns.ts";
import type { Workbench } from "../frame/workbench.ts";

const SITES = 1_000;
/** More than four members apply in all windows, 25,000 a second where nothing else works. */
const REPORTS = 600_000;
const FIRST_MS_MAX = 120_000;
/** Members of the group, and connections of what they are compared with. */
const WIDTHS = [1, 4];

export const ingest: Scenario = {
  description: `a backlog of ${SITES.toLocaleString("en")} sites from Kafka into PostgreSQL`,
  async run(bench) {
    const topic = await bench.topic();
    await publishReports(topic, { count: bench.sized(REPORTS, 20_000), sites: SITES });
    const figures: Figure[] = [];
    for (const width of bench.sized(WIDTHS, [1])) {
      figures.push(...await compared(bench, topic, width));
    }
    return figures;
  },
};

async function compared(whole: Workbench, topic: BenchTopic, width: number): Promise<Figure[]> {
  await using bench = await whole.part();
  const database = await bench.database();
  const bare = async (way: BareInserts["way"], connections: number): Promise<MeasuredWorker> => {
    const inserts: BareInserts = { url: database.url, way, connections, sites: SITES };
    const process = await bench.floor("bare_inserts.ts", inserts);
    process.suspend();
    return {
      process,
      count: () => Deno.readTextFile(`${process.folder}/count`).then(Number, () => 0),
    };
  };
  const workers = {
    batches: await bare("batches", 1),
    rows: await bare("rows", width),
    consumer: await startedConsumer(bench, { topic, database, name: `${width}`, members: width }),
  };
  const size = bench.sized({ windows: 5, windowMs: 2_000 }, { windows: 1, windowMs: 300 });
  const { consumer, batches, rows } = await inTurns(workers, size);
  const [members, connections] = width === 1
    ? ["one member", "one connection"]
    : [`${width} members`, `${width} connections`];
  const beside = (floor: string, { perSecond }: { readonly perSecond: number }): Figure => {
    const name = `${members}, beside ${floor}`;
    return { name, unit: "/s", value: consumer.perSecond, floor: perSecond };
  };
  return [
    beside("batched inserts into one table", batches),
    beside(`a transaction a row, ${connections}`, rows),
    { name: `${members}: CPU of the consumer per report`, unit: "µs", value: consumer.cpuMicros },
  ];
}

/** A consumer in a group of its own that has applied something, and is suspended until its turn. */
export async function startedConsumer(
  bench: Workbench,
  { topic, name, ...options }: Omit<Parameters<Workbench["consumer"]>[0], "group"> & {
    readonly name: string;
  },
): Promise<MeasuredWorker> {
  const group = `${topic.name}-${name}`;
  const process = await bench.consumer({ topic, group, ...options });
  const count = () => topic.committed(group);
  await eventually(FIRST_MS_MAX, "a first report", async () => await count() > 0 || undefined);
  process.suspend();
  return { process, count };
}
