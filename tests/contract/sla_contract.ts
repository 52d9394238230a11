/** What every store's view `site_sla` says: uptime without planned work. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { SiteReport } from "../../src/report/report.ts";
import type { Mute } from "../../src/status/alert_store.ts";
import { onStore, type OpenedStore, type Register } from "./opened_store.ts";
import { aReport, chunk, MINUTE } from "./site_reports.ts";
import { aMute } from "./some_alerts.ts";

/** Eight hours ago, to the hour; each report holds for a minute. */
const START_MS = (Math.floor(Date.now() / 3_600_000) - 8) * 3_600_000;

/** Up for an hour, down from minute 60 to 90, and up until minute 120. */
function hours(overrides: Partial<SiteReport> = {}): SiteReport[] {
  return Array.from({ length: 120 }, (_, index) =>
    aReport({
      ...{ recorded_at: START_MS * 1_000 + index * MINUTE, sequence: index + 1 },
      next_check_ms: 60_000,
      ...(index >= 60 && index < 90 ? { outcome: "down", reason: "status" } as const : {}),
      ...overrides,
    }));
}

function work(first: number, last: number, overrides: Partial<Mute> = {}): Mute {
  return aMute(crypto.randomUUID(), {
    kind: "maintenance",
    from: new Date(START_MS + first * 60_000),
    until: new Date(START_MS + last * 60_000),
    names: null,
    ...overrides,
  });
}

/** Planned work, the uptime without it, and how long it was, in minutes. */
const WORK: readonly [what: string, windows: readonly Mute[], sla: number, minutes: number][] = [
  ["nothing", [], 90 / 120, 0],
  ["the time that it was down", [work(60, 90)], 1, 30],
  ["a part of it, within minutes", [work(59.5, 75.25)], 89.5 / (89.5 + 14.75), 15.75],
  ["time that it was up", [work(0, 60)], 30 / 60, 60],
  ["windows that overlap and touch", [work(60, 80), work(70, 85), work(85, 90)], 1, 30],
  ["all of it", [work(-60, 180)], NaN, 240],
  ["other sites", [work(60, 90, { names: ["sho", "shop?", "SHOP", "s_op"] })], 90 / 120, 0],
  ["names with *", [work(60, 90, { names: ["x", "s*p"] })], 1, 30],
  ["a label", [work(60, 90, { labels: { team: "web" } })], 1, 30],
  ["another label", [work(60, 90, { labels: { team: "web", tier: "1" } })], 90 / 120, 0],
  ["a silence", [work(60, 90, { kind: "silence" })], 90 / 120, 0],
];

export function slaContract(
  name: string,
  open: () => Promise<OpenedStore>,
  { register = Deno.test }: { readonly register?: Register } = {},
): void {
  const test = onStore(name, open, register);

  /** The window of a day, of one site. */
  async function sla({ sql }: OpenedStore) {
    const rows = await sql("SELECT * FROM site_sla ORDER BY days");
    deepStrictEqual(rows.map(({ days }) => Number(days)), [1, 7, 30, 90]);
    return rows[0]!;
  }

  for (const [what, windows, uptime, minutes] of WORK) {
    test(`site_sla leaves out ${what}`, async (opened) => {
      await opened.store.apply(chunk(hours({ labels: { team: "web" } })));
      await using records = new AsyncDisposableStack();
      const mutes = records.adopt(opened.parts.alertRecords(), (it) => it.close());
      for (const mute of windows) await mutes.putMute(mute);
      const row = await sla(opened);
      strictEqual(Number(row.maintenance_ms), minutes * 60_000);
      if (Number.isNaN(uptime)) strictEqual(row.sla_uptime, null);
      else ok(Math.abs(Number(row.sla_uptime) - uptime) < 1e-9, `${row.sla_uptime}`);
    });
  }

  test("site_sla takes its share of hours of which no report is kept", async (opened) => {
    await opened.store.apply(chunk(hours()));
    await using records = new AsyncDisposableStack();
    const mutes = records.adopt(opened.parts.alertRecords(), (it) => it.close());
    await mutes.putMute(work(90, 120));
    await opened.setHorizon(new Date(START_MS + 2 * 3_600_000));
    // Half of the second hour, in which it was down for half of the time.
    ok(Math.abs(Number((await sla(opened)).sla_uptime) - 75 / 90) < 1e-9);
  });
}
