/**
 * How fast reports get from Kafka into PostgreSQL, with history, status, transitions and rollups,
 * beside inserting the same rows into one table: in batches, and one transaction a row.
 */
import { fileURLToPath } from "node:url";
import { eventually } from "../../support/waiting.ts";
import { shareKafka } from "../../services/kafka.ts";
import type { BareInserts } from "../floors/bare_inserts.ts";
import { startBenchConsumer } from "../frame/bench_consumer.ts";
import { benchDatabase } from "../frame/bench_database.ts";
import { BenchTopic } from "../frame/bench_topic.ts";
import { MeasuredProcess } from "../frame/measured_process.ts";
import { publishReports } from "../frame/publish_reports.ts";
import type { BenchOptions, Figure, Scenario } from "../frame/scenario.ts";
import { inTurns, type Worker } from "../frame/turns.ts";

const BARE = fileURLToPath(new URL("../floors/bare_inserts.ts", import.meta.url));
const SITES = 1_000;
/** More than four members apply in all windows, 25,000 a second where nothing else works. */
const REPORTS = 600_000;
const FIRST_MS_MAX = 120_000;
/** Members of the group, and connections of what they are compared with. */
const WIDTHS = [1, 4];

export const ingest: Scenario = {
  description: `a backlog of ${SITES.toLocaleString("en")} sites from Kafka into PostgreSQL`,
  async run(options) {
    await using kafka = await shareKafka();
    await using topic = await BenchTopic.create(kafka.address);
    const made = { count: options.isShort ? 20_000 : REPORTS, sites: SITES };
    await publishReports({ bootstrap: kafka.address, topic: topic.name, ...made });
    const figures: Figure[] = [];
    for (const width of options.isShort ? [1] : WIDTHS) {
      figures.push(...await compared(width, { bootstrap: kafka.address, topic }, options));
    }
    return figures;
  },
};

async function compared(
  width: number,
  { bootstrap, topic }: { readonly bootstrap: string; readonly topic: BenchTopic },
  { isShort }: BenchOptions,
): Promise<Figure[]> {
  await using database = await benchDatabase();
  await using closing = new AsyncDisposableStack();
  const group = `${topic.name}-${width}`;
  const consumer = closing.use(
    await startBenchConsumer({ bootstrap, topic: topic.name, group, members: width, database }),
  );
  const bare = async (way: BareInserts["way"], connections: number) =>
    closing.use(await BareProcess.start({ url: database.url, way, connections, sites: SITES }));
  const workers = {
    consumer: { process: consumer, count: () => topic.committed(group) },
    batches: await bare("batches", 1),
    rows: await bare("rows", width),
  };
  await eventually(FIRST_MS_MAX, "a first report", async () => {
    return await topic.committed(group) > 0 || undefined;
  });
  const size = isShort ? { windows: 1, windowMs: 300 } : { windows: 5, windowMs: 2_000 };
  const cost = await inTurns<keyof typeof workers>(workers, size);
  const members = width === 1 ? "one member" : `${width} members`;
  const connections = width === 1 ? "one connection" : `${width} connections`;
  const figure = (floor: string, perSecond: number): Figure => {
    return {
      name: `${members}, beside ${floor}`,
      unit: "/s",
      value: cost.consumer.perSecond,
      floor: perSecond,
    };
  };
  return [
    figure("batched inserts into one table", cost.batches.perSecond),
    figure(`a transaction a row, ${connections}`, cost.rows.perSecond),
    {
      name: `${members}: CPU of the consumer per report`,
      unit: "µs",
      value: cost.consumer.cpuMicros,
    },
  ];
}

/** Inserts until it is disposed of. */
class BareProcess implements Worker, AsyncDisposable {
  private constructor(readonly process: MeasuredProcess) {}

  static async start(inserts: BareInserts): Promise<BareProcess> {
    const args = ["run", "--quiet", "--allow-all", BARE, JSON.stringify(inserts)];
    const argv = () => [Deno.execPath(), ...args];
    return new BareProcess(await MeasuredProcess.start({ name: "bare", argv, greeting: "begins" }));
  }

  readonly count = (): Promise<number> => {
    return Deno.readTextFile(`${this.process.folder}/count`).then(Number, () => 0);
  };

  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}
