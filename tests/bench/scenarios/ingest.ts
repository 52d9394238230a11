/**
 * How fast reports get from Kafka into PostgreSQL, with history, status, transitions and rollups,
 * beside inserting the same rows into one table in batches.
 */
import { eventually } from "../../support/waiting.ts";
import type { BareInserts } from "../floors/bare_inserts.ts";
import type { BenchTopic } from "../frame/bench_topic.ts";
import { publishReports } from "../frame/made_reports.ts";
import type { Figure, Scenario } from "../frame/scenario.ts";
import { inTurns } from "../frame/turns.ts";
import type { Workbench } from "../frame/workbench.ts";

const SITES = 1_000;
/** More than four members apply in all windows, 25,000 a second where nothing else works. */
const REPORTS = 600_000;
const FIRST_MS_MAX = 120_000;
/** Members of the group. */
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
  const inserts: BareInserts = { url: database.url, sites: SITES };
  const bare = await bench.floor("bare_inserts.ts", inserts);
  bare.suspend();
  const inserted = () => Deno.readTextFile(`${bare.folder}/count`).then(Number, () => 0);
  const group = `${topic.name}-${width}`;
  const process = await bench.consumer({ topic, group, database, members: width });
  const applied = () => topic.committed(group);
  await eventually(FIRST_MS_MAX, "a first report", async () => await applied() > 0 || undefined);
  const size = bench.sized({ windows: 5, windowMs: 2_000 }, { windows: 1, windowMs: 300 });
  const { consumer, batches } = await inTurns({
    batches: { process: bare, count: inserted },
    consumer: { process, count: applied },
  }, size);
  const members = width === 1 ? "one member" : `${width} members`;
  return [
    {
      name: `${members}, beside batched inserts into one table`,
      unit: "/s",
      value: consumer.perSecond,
      floor: batches.perSecond,
    },
    { name: `${members}: CPU of the consumer per report`, unit: "µs", value: consumer.cpuMicros },
  ];
}
