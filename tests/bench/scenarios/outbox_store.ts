/** How fast the outbox stores reports, beside bare node:sqlite with the same rows and commits. */
import { Outbox } from "../../../src/outbox/outbox.ts";
import { BATCH } from "../../../src/outbox/relay.ts";
import { GROUP_REPORTS_MAX } from "../../../src/outbox/thread/serve_outbox.ts";
import { encodeReport } from "../../../src/report/codec.ts";
import { draftOf } from "../../../src/report/report_draft.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { silent } from "../../scanner/sites.ts";
import { BareOutbox } from "../floors/bare_outbox.ts";
import { benchReport } from "../frame/bench_report.ts";
import { median, type Scenario } from "../frame/scenario.ts";

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

interface Size {
  readonly windows: number;
  /** How long each side stores. */
  readonly windowMs: number;
}

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
  async run({ isShort }) {
    const size = isShort ? { windows: 1, windowMs: 50 } : { windows: 7, windowMs: 1_000 };
    const daily = await compared({ isOutage: false }, size);
    const outage = await compared({ isOutage: true }, size);
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
  { isOutage }: { readonly isOutage: boolean },
  { windows, windowMs }: Size,
): Promise<Record<"outbox" | "bare", Rates>> {
  const folder = await Deno.makeTempDir({ prefix: "sitemon-bench-" });
  try {
    using outbox = openBenchOutbox(`${folder}/outbox.db`);
    using bare = new BareOutbox(`${folder}/bare.db`);
    const sides = {
      outbox: {
        store: (n: number) => void outbox.append(DRAFT_GROUPS[n % GROUPS.length]!),
        settle: isOutage ? () => {} : () => settle(outbox),
      },
      bare: {
        store: (n: number) => bare.store(BARE_GROUPS[n % GROUPS.length]!),
        settle: isOutage ? () => {} : () => bare.settle(),
      },
    };
    const [ofOutbox, ofBare]: Rates[][] = [[], []];
    // The first window of each warms it up.
    for (let window = 0; window <= windows; window++) {
      for (const [side, rates] of [[sides.outbox, ofOutbox], [sides.bare, ofBare]] as const) {
        const measured = ratesOf(side, windowMs);
        if (window > 0) rates!.push(measured);
      }
    }
    return { outbox: medianOf(ofOutbox!), bare: medianOf(ofBare!) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
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

function medianOf(rates: readonly Rates[]): Rates {
  return {
    stored: median(rates.map(({ stored }) => stored)),
    storedAndSettled: median(rates.map(({ storedAndSettled }) => storedAndSettled)),
  };
}

/** An outbox with limits that nothing here reaches. */
export function openBenchOutbox(path: string): Outbox {
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

function settle(outbox: Outbox): void {
  const acknowledged = outbox.take(BATCH).map(({ id }) => id);
  outbox.settle({ acknowledged, tooLarge: [] });
}
