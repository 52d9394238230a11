/** How fast the outbox stores reports, and how fast a backlog in it reaches Kafka. */
import { Outbox } from "../../../src/outbox/outbox.ts";
import { BATCH } from "../../../src/outbox/relay.ts";
import { GROUP_REPORTS_MAX } from "../../../src/outbox/thread/serve_outbox.ts";
import { encodeReport } from "../../../src/report/codec.ts";
import { draftOf } from "../../../src/report/report_draft.ts";
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import { silent as telemetry } from "../../scanner/sites.ts";
import { eventually, pause } from "../../support/waiting.ts";
import { BareOutbox } from "../floors/bare_outbox.ts";
import type { Sending } from "../floors/bare_sender.ts";
import { benchReport } from "../frame/made_reports.ts";
import { inRounds } from "../frame/rounds.ts";
import type { Figure, Scenario } from "../frame/scenario.ts";
import { inTurns } from "../frame/turns.ts";
import type { Workbench } from "../frame/workbench.ts";

/** Limits that no bench reaches. */
const LIMITS = { bytesMax: 1 << 30, rowsMax: 2_000_000, freeBytesMin: 0 };

function openBenchOutbox(path: string): Outbox {
  return Outbox.open({ path, ...LIMITS, whenFull: "coalesce", clock, telemetry });
}

/** Takes a batch as the relay does, and removes it as if the broker had acknowledged it. */
function settleBatch(outbox: Outbox): void {
  const acknowledged = outbox.take(BATCH).map(({ id }) => id);
  outbox.settle({ acknowledged, tooLarge: [] });
}

/** Groups that come round: each site has a report in its turn. */
const GROUPS = Array.from({ length: 8 }, (_, group) => {
  const first = group * GROUP_REPORTS_MAX;
  const reports = Array.from({ length: GROUP_REPORTS_MAX }, (_, n) => benchReport(first + n));
  return {
    drafts: reports.map(draftOf),
    rows: reports.map((report) => ({
      site: report.site,
      producerId: report.producer_id,
      sequence: report.sequence,
      payload: encodeReport(report),
    })),
  };
});

/** Reports a second. */
type Rates = Record<"stored" | "storedAndSettled", number>;

export const outboxStore: Scenario = {
  description: `group commits of ${GROUP_REPORTS_MAX} reports, beside bare node:sqlite`,
  async run(bench) {
    const daily = await compared(bench, { isOutage: false });
    const outage = await compared(bench, { isOutage: true });
    const figure = (name: string, { outbox, bare }: typeof daily, rate: keyof Rates): Figure => {
      return { name, unit: "/s", value: outbox[rate], floor: bare[rate] };
    };
    return [
      figure("reports stored", daily, "stored"),
      figure("reports stored, read back and deleted", daily, "storedAndSettled"),
      figure("reports stored in an outage", outage, "stored"),
    ];
  },
};

/** In an outage nothing is settled, so that the rows pile up. */
async function compared(
  bench: Workbench,
  { isOutage }: { readonly isOutage: boolean },
): Promise<Record<"outbox" | "bare", Rates>> {
  const folder = bench.folder();
  const outbox = bench.use(openBenchOutbox(`${folder}/outbox.db`));
  const bare = bench.use(new BareOutbox(`${folder}/bare.db`));
  const windowMs = bench.sized(1_000, 50);
  const rates = (store: (n: number) => void, settle: () => void) => () =>
    ratesOf(windowMs, (n) => store(n % GROUPS.length), isOutage ? () => {} : settle);
  return await inRounds<"outbox" | "bare", keyof Rates>({
    outbox: rates((n) => void outbox.append(GROUPS[n]!.drafts), () => settleBatch(outbox)),
    bare: rates((n) => bare.store(GROUPS[n]!.rows), () => bare.settle()),
  }, { rounds: bench.sized(7, 1), warmUps: 1 });
}

/** `settle` reads back what waits, as it is on its way to Kafka, and deletes it. */
function ratesOf(windowMs: number, store: (n: number) => void, settle: () => void): Rates {
  let [storedMs, settledMs, groups] = [0, 0, 0];
  while (storedMs < windowMs) {
    const startMs = performance.now();
    store(groups++);
    const endMs = performance.now();
    settle();
    storedMs += endMs - startMs;
    settledMs += performance.now() - endMs;
  }
  const perSecond = (ms: number) => groups * GROUP_REPORTS_MAX * 1_000 / ms;
  return { stored: perSecond(storedMs), storedAndSettled: perSecond(storedMs + settledMs) };
}

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
