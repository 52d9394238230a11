/** What single steps cost that need no server: codec, and ingest into SQLite. */
import { decodeMessage } from "../../../src/report/codec.ts";
import { completeDrafts, draftOf } from "../../../src/report/report_draft.ts";
import { invalidity } from "../../../src/report/validation.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { SqliteStore } from "../../../src/status/sqlite/sqlite_store.ts";
import { nthReport } from "../../contract/site_reports.ts";
import { GOLDEN } from "../../report/golden.ts";
import { inRounds } from "../frame/rounds.ts";
import type { Figure, Scenario } from "../frame/scenario.ts";

/** A step, repeated as fast as it goes. */
interface Step {
  readonly name: string;
  /** Repetitions of one measurement, so that each takes well over the clock's grain. */
  readonly times: number;
  readonly run: () => unknown;
}

export const micro: Scenario = {
  description: "single steps on the hot paths: codec, and ingest into SQLite",
  async run(bench) {
    const store = new SqliteStore({ path: `${bench.folder()}/status.db`, clock: systemClock });
    bench.use({ [Symbol.asyncDispose]: () => store.close() });
    await store.migrate();
    const figures: Figure[] = [];
    for (const step of [...codecSteps(), storeStep(store)]) {
      figures.push({ name: step.name, unit: "µs", value: await microsOf(step, bench.isShort) });
    }
    return figures;
  },
};

async function microsOf({ times: whole, run }: Step, isShort: boolean): Promise<number> {
  const times = isShort ? 1 : whole;
  const measure = async () => {
    const startMs = performance.now();
    for (let time = 0; time < times; time++) await run();
    return { micros: (performance.now() - startMs) * 1_000 / times };
  };
  const { step } = await inRounds({ step: measure }, { rounds: isShort ? 1 : 8, warmUps: 1 });
  return step.micros;
}

function codecSteps(): Step[] {
  const { report, reportBytes } = GOLDEN;
  const drafts = Array.from({ length: 256 }, () => draftOf(report));
  const times = 20_000;
  return [
    { name: "draftOf()", times, run: () => draftOf(report) },
    {
      name: "completeDrafts() of 256 reports",
      times: times / drafts.length,
      run: () => completeDrafts(drafts, report),
    },
    { name: "decodeMessage()", times, run: () => decodeMessage(reportBytes) },
    { name: "invalidity()", times, run: () => invalidity(report) },
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
