/** How fast a backlog reaches Kafka, beside bare kafkajs, while checks keep their schedule. */
import { fileURLToPath } from "node:url";
import { draftOf } from "../../../src/report/report_draft.ts";
import { eventually } from "../../support/waiting.ts";
import { shareKafka } from "../../services/kafka.ts";
import { benchReport } from "../frame/bench_report.ts";
import { BenchProducer } from "../frame/bench_producer.ts";
import { BenchTopic } from "../frame/bench_topic.ts";
import type { Sending } from "../floors/bare_sender.ts";
import { latenessOf } from "../frame/lateness.ts";
import { MeasuredProcess } from "../frame/measured_process.ts";
import { openBenchOutbox } from "./outbox_store.ts";
import { pause } from "../../support/waiting.ts";
import type { BenchOptions, Figure, Scenario } from "../frame/scenario.ts";
import { inTurns } from "../frame/turns.ts";
import { startWebTarget } from "../frame/web_target.ts";

const SENDER = fileURLToPath(new URL("../floors/bare_sender.ts", import.meta.url));
const ROWS = 1_000_000;
const SHORT_ROWS = 20_000;
/** Reports of one commit, of those that are there before the producer starts. */
const FILL_REPORTS = 5_000;
const CHECKS_PER_SECOND = 500;
const START_MS_MAX = 60_000;
const DRAIN_MS_MAX = 600_000;
/** The latest that a check begins is 2 s after its slot. */
const CATCH_UP_MS = 3_000;

export const outboxDrain: Scenario = {
  description: "a backlog in the outbox on its way to Kafka, beside bare kafkajs",
  async run(options) {
    const outbox = await Deno.makeTempDir({ prefix: "sitemon-bench-" });
    try {
      const outboxPath = `${outbox}/outbox.db`;
      fill(outboxPath, options.isShort ? SHORT_ROWS : ROWS);
      return await drained(outboxPath, options);
    } finally {
      await Deno.remove(outbox, { recursive: true });
    }
  },
};

function fill(path: string, rows: number): void {
  using outbox = openBenchOutbox(path);
  for (let n = 0; n < rows; n += FILL_REPORTS) {
    const reports = Array.from({ length: FILL_REPORTS }, (_, index) => benchReport(n + index));
    outbox.append(reports.map(draftOf));
  }
}

async function drained(outboxPath: string, { isShort }: BenchOptions): Promise<Figure[]> {
  await using kafka = await shareKafka();
  const { address: bootstrap } = kafka;
  await using topic = await BenchTopic.create(bootstrap);
  await using bareTopic = await BenchTopic.create(bootstrap);
  await using target = await startWebTarget();
  await using producer = await BenchProducer.start({
    url: `http://127.0.0.1:${target.plainPort}/`,
    sites: isShort ? 100 : 1_000,
    perSecond: CHECKS_PER_SECOND,
    bootstrap,
    topic: topic.name,
    outboxPath,
  });
  await using bare = await startSender({ bootstrap, topic: bareTopic.name });
  await eventually(START_MS_MAX, "messages of both", async () => {
    return await topic.count() > 0 && await bareTopic.count() > 0 || undefined;
  });
  const turns = await inTurns({
    producer: { process: producer.process, count: () => topic.count() },
    bare: { process: bare, count: () => bareTopic.count() },
  }, isShort ? { windows: 1, windowMs: 200 } : { windows: 5, windowMs: 2_000 });
  producer.process.resume();
  // Slots that passed while it was held still are late for that.
  await pause(isShort ? 0 : CATCH_UP_MS);
  const before = await producer.schedule();
  await eventually(DRAIN_MS_MAX, "an end of the backlog", () => {
    return producer.stats().rows < CHECKS_PER_SECOND || undefined;
  });
  const { latenessMs } = latenessOf(before, await producer.schedule());
  return [
    {
      name: "rows that wait, to Kafka",
      unit: "/s",
      value: turns.producer.perSecond,
      floor: turns.bare.perSecond,
    },
    {
      name: `lateness of ${CHECKS_PER_SECOND} checks/s meanwhile, 99 %`,
      unit: "ms",
      value: latenessMs(0.99),
    },
  ];
}

function startSender(sending: Sending): Promise<MeasuredProcess> {
  return MeasuredProcess.start({
    name: "sender",
    argv: () => [Deno.execPath(), "run", "--quiet", "--allow-all", SENDER, JSON.stringify(sending)],
    greeting: "begins",
  });
}
