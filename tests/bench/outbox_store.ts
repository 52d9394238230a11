/** How fast the outbox stores reports, beside bare node:sqlite with the same rows and commits. */
import { Outbox } from "../../src/outbox/outbox.ts";
import { BATCH } from "../../src/outbox/relay.ts";
import { GROUP_REPORTS_MAX } from "../../src/outbox/serve_outbox.ts";
import { encodeReport } from "../../src/report/codec.ts";
import { draftOf } from "../../src/report/report_draft.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { silent } from "../scanner/sites.ts";
import { BareOutbox } from "./bare_outbox.ts";
import { benchReport } from "./bench_report.ts";
import type { Figure, Scenario } from "./scenario.ts";
import { compare } from "./window.ts";

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

export const outboxStore: Scenario = {
  description: `group commits of ${GROUP_REPORTS_MAX} reports, beside bare node:sqlite`,
  async run({ isShort }) {
    const size = isShort ? { windows: 1, windowMs: 50 } : { windows: 7, windowMs: 1_000 };
    return [
      await compared({ isOutage: false }, size),
      await compared({ isOutage: true }, size),
    ];
  },
};

/** In an outage nothing is settled, so that the rows pile up. */
async function compared(
  { isOutage }: { readonly isOutage: boolean },
  size: { readonly windows: number; readonly windowMs: number },
): Promise<Figure> {
  const folder = await Deno.makeTempDir({ prefix: "sitemon-bench-" });
  try {
    using outbox = openBenchOutbox(`${folder}/outbox.db`);
    using bare = new BareOutbox(`${folder}/bare.db`);
    const works = {
      outbox: (n: number) => {
        outbox.append(DRAFT_GROUPS[n % GROUPS.length]!);
        if (!isOutage) settle(outbox);
      },
      bare: (n: number) => {
        bare.store(BARE_GROUPS[n % BARE_GROUPS.length]!);
        if (!isOutage) bare.settle();
      },
    };
    const cost = await compare(works, { ...size, concurrency: 1 });
    return {
      name: isOutage ? "reports stored in an outage" : "reports stored and settled",
      unit: "/s",
      value: cost.outbox.perSecond * GROUP_REPORTS_MAX,
      floor: cost.bare.perSecond * GROUP_REPORTS_MAX,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
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
