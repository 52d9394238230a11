/** How fast a backlog reaches Kafka, beside bare kafkajs, while checks keep their schedule. */
import { draftOf } from "../../../src/report/report_draft.ts";
import { eventually, pause } from "../../support/waiting.ts";
import type { Sending } from "../floors/bare_sender.ts";
import { openBenchOutbox } from "../frame/bench_outbox.ts";
import { benchReport } from "../frame/made_reports.ts";
import type { Scenario } from "../frame/scenario.ts";
import { inTurns } from "../frame/turns.ts";

const ROWS = 1_000_000;
const SHORT_ROWS = 20_000;
/** Reports of one commit, of those that are there before the producer starts. */
const FILL_REPORTS = 5_000;
const CHECKS_PER_SECOND = 500;
const DRAIN_MS_MAX = 600_000;
/** The latest that a check begins is 2 s after its slot. */
const CATCH_UP_MS = 3_000;

export const outboxDrain: Scenario = {
  description: "a backlog in the outbox on its way to Kafka, beside bare kafkajs",
  async run(bench) {
    const outboxPath = `${bench.folder()}/outbox.db`;
    fill(outboxPath, bench.sized(ROWS, SHORT_ROWS));
    const [topic, bareTopic] = [await bench.topic(), await bench.topic()];
    const { plainPort } = await bench.web();
    const producer = await bench.producer({
      url: `http://127.0.0.1:${plainPort}/`,
      ...{ sites: bench.sized(1_000, 100), perSecond: CHECKS_PER_SECOND, topic, outboxPath },
    });
    const sending: Sending = { bootstrap: bareTopic.bootstrap, topic: bareTopic.name };
    const sender = await bench.floor("bare_sender.ts", sending);
    await Promise.all([topic.hasBegun(), bareTopic.hasBegun()]);
    const turns = await inTurns({
      producer: { process: producer.process, count: topic.count },
      bare: { process: sender, count: bareTopic.count },
    }, bench.sized({ windows: 5, windowMs: 2_000 }, { windows: 1, windowMs: 200 }));
    producer.process.resume();
    // Slots that passed while it was suspended are late for that.
    await pause(bench.sized(CATCH_UP_MS, 0));
    const { latenessMs } = await producer.lateness(() =>
      eventually(DRAIN_MS_MAX, "an end of the backlog", () => {
        return producer.stats().rows < CHECKS_PER_SECOND || undefined;
      })
    );
    const { producer: { perSecond: value }, bare: { perSecond: floor } } = turns;
    return [
      { name: "rows that wait, to Kafka", unit: "/s", value, floor },
      {
        name: `lateness of ${CHECKS_PER_SECOND} checks/s meanwhile, 99 %`,
        unit: "ms",
        value: latenessMs(0.99),
      },
    ];
  },
};

function fill(path: string, rows: number): void {
  using outbox = openBenchOutbox(path);
  for (let n = 0; n < rows; n += FILL_REPORTS) {
    const reports = Array.from({ length: FILL_REPORTS }, (_, index) => benchReport(n + index));
    outbox.append(reports.map(draftOf));
  }
}
