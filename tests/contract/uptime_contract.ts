/** That uptime is what it was, in every store: an integral over what a scanner has really seen. */
import fc, { runs } from "../support/random_runs.ts";
import { ok, strictEqual } from "node:assert/strict";
import type { SiteReport } from "../../src/report/report.ts";
import type { Coverage } from "../../src/status/queries.ts";
import { uptimeOf } from "../../src/status/uptime.ts";
import type { OpenedStore } from "./opened_store.ts";
import { chunk } from "./site_reports.ts";
import type { ContractOptions } from "./store_contract.ts";
import { type Past, pasts, watch } from "./watched_site.ts";

/** What slots and clocks may round, for each report. */
const ROUNDING_MS = 25;

/** Registers the tests of the contract for one kind of store. */
export function uptimeContract(
  name: string,
  open: () => Promise<OpenedStore>,
  { propertyRuns = 8, register = Deno.test }: ContractOptions = {},
): void {
  /** The whole past, as the store has it after the reports arrived in any order. */
  async function covered(
    reports: readonly SiteReport[],
    check: (coverage: Coverage, opened: OpenedStore) => Promise<void> | void,
  ): Promise<void> {
    await using opened = await open();
    for (let first = 0; first < reports.length; first += 50) {
      await opened.store.apply(chunk(reports.slice(first, first + 50)));
    }
    const [uptime] = await opened.queries.uptimes();
    await check(uptime!.windows[90], opened);
  }

  register(`${name} uptime is what checks have seen, whatever happens`, async () => {
    const arrivals = pasts.chain((past) => fc.record({ past: fc.constant(past), seed: fc.nat() }));
    await fc.assert(
      fc.asyncProperty(arrivals, async ({ past, seed }) => {
        const seen = await watch(past);
        if (seen.reports.length === 0) return;
        const toleranceMs = seen.starts * seen.spanMs + seen.reports.length * ROUNDING_MS;
        await covered(shuffled(seen.reports, seed), async ({ upMs, downMs }, { queries }) => {
          near(upMs, seen.upMs, toleranceMs);
          near(downMs, seen.downMs, toleranceMs);
          near(upMs, seen.reallyUpMs, toleranceMs + past.phases.length * seen.spanMs);
          const incidents = await queries.incidents({ since: new Date(0), until: new Date() });
          const lengths = incidents.map((incident) => incident.duration_ms).reverse();
          strictEqual(lengths.length, seen.incidents.length);
          for (const [index, ms] of seen.incidents.entries()) {
            near(lengths[index]!, ms, toleranceMs);
          }
          near(lengths.reduce((sum, ms) => sum + ms, 0), downMs, toleranceMs);
        });
      }),
      runs(propertyRuns),
    );
  });

  for (const [intervalMs, timeoutMs] of [[10_000, 10_000], [2_000, 10_000]] as const) {
    register(
      `${name} uptime is half, when a site hangs for half of the time: ${intervalMs} ms`,
      async () => {
        const phases: Past["phases"] = [{ phase: "up", ms: 120_000 }, {
          phase: "hang",
          ms: 120_000,
        }];
        const { reports } = await watch({ intervalMs, timeoutMs, phases });
        await covered(reports, (coverage) => {
          const errorMs = Math.abs(uptimeOf(coverage)! - 0.5) * 240_000;
          ok(errorMs <= Math.max(intervalMs, timeoutMs), `${uptimeOf(coverage)}`);
        });
      },
    );
  }
}

function near(actual: number, expected: number, toleranceMs: number): void {
  ok(Math.abs(actual - expected) <= toleranceMs, `${actual}, and not ${expected} ± ${toleranceMs}`);
}

/** In another order, and every third twice. */
function shuffled(reports: readonly SiteReport[], seed: number): SiteReport[] {
  const place = ({ sequence }: SiteReport) => (sequence * 7_919 + seed) % 1_009;
  const repeats = reports.filter(({ sequence }) => sequence % 3 === 0);
  return [...reports, ...repeats].sort((a, b) => place(a) - place(b));
}
