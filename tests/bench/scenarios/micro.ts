/** What single steps cost: codec, outbox, ingest. */
import { decodeMessage, encodeV1 } from "../../../src/report/codec.ts";
import { identify } from "../../../src/report/identity.ts";
import { completeDrafts, draftOf } from "../../../src/report/report_draft.ts";
import { invalidity } from "../../../src/report/validation.ts";
import { Outbox } from "../../../src/outbox/outbox.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { SqliteStore } from "../../../src/status/sqlite/sqlite_store.ts";
import { aReport, nthReport } from "../../contract/site_reports.ts";
import { GOLDEN } from "../../report/golden.ts";
import { silent } from "../../scanner/sites.ts";
import { type BenchOptions, type Figure, median, type Scenario } from "../frame/scenario.ts";

/** A step, repeated as fast as it goes. */
interface Step {
  readonly name: string;
  /** Repetitions of one measurement, so that each takes well over the clock's grain. */
  readonly times: number;
  readonly run: () => unknown;
}

export const micro: Scenario = {
  description: "single steps on the hot paths: codec, outbox, ingest",
  async run(options) {
    const folder = await Deno.makeTempDir({ prefix: "sitemon-bench-" });
    try {
      using outbox = openOutbox(`${folder}/outbox.db`);
      const store = new SqliteStore({ path: `${folder}/status.db`, clock: systemClock });
      await using closing = new AsyncDisposableStack();
      closing.defer(() => store.close());
      await store.migrate();
      return await measured([...codecSteps(), ...outboxSteps(outbox), storeStep(store)], options);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
};

async function measured(steps: readonly Step[], { isShort }: BenchOptions): Promise<Figure[]> {
  const windows = isShort ? 2 : 9;
  const figures: Figure[] = [];
  for (const { name, times, run } of steps) {
    const micros: number[] = [];
    for (let window = 0; window < windows; window++) {
      const startMs = performance.now();
      for (let i = 0; i < (isShort ? 1 : times); i++) await run();
      micros.push((performance.now() - startMs) * 1_000 / (isShort ? 1 : times));
    }
    figures.push({ name, unit: "µs", value: median(micros.slice(1)) });
  }
  return figures;
}

function codecSteps(): Step[] {
  const { report, reportBytes, v1Bytes } = GOLDEN;
  const origin = {
    clusterId: "c",
    topic: "sitemon",
    partition: 0,
    offset: 0,
    timestampMs: 1.7e12,
  };
  const drafts = Array.from({ length: 256 }, () => draftOf(report));
  const times = 20_000;
  return [
    { name: "draftOf()", times, run: () => draftOf(report) },
    {
      name: "completeDrafts() of 256 reports",
      times: times / drafts.length,
      run: () => completeDrafts(drafts, report),
    },
    { name: "encodeV1()", times, run: () => encodeV1(report) },
    { name: "decodeMessage() of a report", times, run: () => decodeMessage(reportBytes) },
    { name: "decodeMessage() of a bare datum", times, run: () => decodeMessage(v1Bytes) },
    { name: "invalidity()", times, run: () => invalidity(report) },
    { name: "identify()", times, run: () => identify(report, origin) },
  ];
}

function openOutbox(path: string): Outbox {
  return Outbox.open({
    path,
    bytesMax: 1 << 30,
    rowsMax: 2_000_000,
    freeBytesMin: 0,
    whenFull: "coalesce",
    clock: systemClock,
    telemetry: silent,
  });
}

function outboxSteps(outbox: Outbox): Step[] {
  const batch = Array.from({ length: 256 }, (_, n) => draftOf(aReport({ site: `site ${n}` })));
  const settle = () => {
    const rows = outbox.take({ rowsMax: 500, bytesMax: 512 * 1_024 });
    outbox.settle({ acknowledged: rows.map(({ id }) => id), tooLarge: [] });
  };
  return [
    { name: "an outbox commit of 256 reports", times: 20, run: () => outbox.append(batch) },
    { name: "500 rows taken from the outbox and settled", times: 5, run: settle },
  ];
}

function storeStep(store: SqliteStore): Step {
  let sequence = 0;
  const run = () => {
    const reports = Array.from(
      { length: 1_000 },
      (_, n) => nthReport(++sequence, { site: `site ${n}` }),
    );
    return store.apply({ reports, gaps: [], deadLetters: [] });
  };
  return { name: "a chunk of 1,000 reports ingested into SQLite", times: 3, run };
}
