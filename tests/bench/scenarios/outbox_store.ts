/** How fast the outbox stores reports, beside bare node:sqlite with the same rows and commits. */
import { GROUP_REPORTS_MAX } from "../../../src/outbox/thread/serve_outbox.ts";
import { encodeReport } from "../../../src/report/codec.ts";
import { draftOf } from "../../../src/report/report_draft.ts";
import { BareOutbox } from "../floors/bare_outbox.ts";
import { openBenchOutbox, settleBatch } from "../frame/bench_outbox.ts";
import { benchReport } from "../frame/made_reports.ts";
import { inRounds } from "../frame/rounds.ts";
import type { Figure, Scenario } from "../frame/scenario.ts";
import type { Workbench } from "../frame/workbench.ts";

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
  whole: Workbench,
  { isOutage }: { readonly isOutage: boolean },
): Promise<Record<"outbox" | "bare", Rates>> {
  await using bench = await whole.part();
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
