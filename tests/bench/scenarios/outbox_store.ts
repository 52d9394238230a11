/** How fast the outbox stores reports, beside bare node:sqlite with the same rows and commits. */
import { GROUP_REPORTS_MAX } from "../../../src/outbox/thread/serve_outbox.ts";
import { encodeReport } from "../../../src/report/codec.ts";
import { draftOf } from "../../../src/report/report_draft.ts";
import { BareOutbox } from "../floors/bare_outbox.ts";
import { openBenchOutbox, settleBatch } from "../frame/bench_outbox.ts";
import { benchReport } from "../frame/made_reports.ts";
import { inRounds } from "../frame/rounds.ts";
import type { Scenario } from "../frame/scenario.ts";
import type { Workbench } from "../frame/workbench.ts";

/** Groups that come round: each site has a report in its turn. */
const GROUPS = Array.from({ length: 8 }, (_, group) => {
  return Array.from(
    { length: GROUP_REPORTS_MAX },
    (_, n) => benchReport(group * GROUP_REPORTS_MAX + n),
  );
});
const DRAFT_GROUPS = GROUPS.map((group) => group.map(draftOf));
const BARE_GROUPS = GROUPS.map((group) =>
  group.map((report) => ({
    site: report.site,
    producerId: report.producer_id,
    sequence: report.sequence,
    payload: encodeReport(report),
  }))
);

/** An outbox or its floor. */
interface Side {
  store(n: number): void;
  /** Reads back what waits, as it is on its way to Kafka, and deletes it. */
  settle(): void;
}

/** Reports a second. */
interface Rates {
  readonly stored: number;
  readonly storedAndSettled: number;
}

export const outboxStore: Scenario = {
  description: `group commits of ${GROUP_REPORTS_MAX} reports, beside bare node:sqlite`,
  async run(bench) {
    const daily = await compared(bench, { isOutage: false });
    const outage = await compared(bench, { isOutage: true });
    const figure = (name: string, rates: Record<"outbox" | "bare", Rates>, rate: keyof Rates) => {
      return { name, unit: "/s", value: rates.outbox[rate], floor: rates.bare[rate] };
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
  const sides = {
    outbox: {
      store: (n: number) => void outbox.append(DRAFT_GROUPS[n % GROUPS.length]!),
      settle: isOutage ? () => {} : () => settleBatch(outbox),
    },
    bare: {
      store: (n: number) => bare.store(BARE_GROUPS[n % GROUPS.length]!),
      settle: isOutage ? () => {} : () => bare.settle(),
    },
  };
  const windowMs = bench.sized(1_000, 50);
  return await inRounds<keyof typeof sides, keyof Rates>({
    outbox: () => ratesOf(sides.outbox, windowMs),
    bare: () => ratesOf(sides.bare, windowMs),
  }, { rounds: bench.sized(7, 1), warmUps: 1 });
}

function ratesOf({ store, settle }: Side, windowMs: number): Rates {
  let [storedMs, settledMs, groups] = [0, 0, 0];
  while (storedMs < windowMs) {
    const startMs = performance.now();
    store(groups++);
    const endMs = performance.now();
    settle();
    storedMs += endMs - startMs;
    settledMs += performance.now() - endMs;
  }
  const reports = groups * GROUP_REPORTS_MAX;
  return {
    stored: reports * 1_000 / storedMs,
    storedAndSettled: reports * 1_000 / (storedMs + settledMs),
  };
}
