// Goal: many sites keep their schedule, whatever some of them do; with a clock that tests move.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Site } from "../../src/config/site.ts";
import type { SiteReport } from "../../src/report/report.ts";
import type { Telemetry } from "../../src/runtime/telemetry/telemetry.ts";
import { placeOf, slotAt, slotsOf } from "../../src/scanner/schedule/schedule.ts";
import { GRAIN_MS, Scanner } from "../../src/scanner/scanner.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { aSite } from "./sites.ts";

/** What a scanner did while time passed. */
interface Watched {
  /** When each check of a site began, in milliseconds after the anchor. */
  readonly startsMs: Map<string, number[]>;
  readonly skipped: Record<string, number>;
}

interface WatchOptions {
  readonly sites: readonly Site[];
  readonly forMs: number;
  readonly concurrency?: number;
  /** How long a check of the site takes. */
  readonly checkMs: (site: Site) => number;
}

async function watch({ sites, forMs, concurrency = 256, checkMs }: WatchOptions): Promise<Watched> {
  const clock = new FakeClock();
  const originMs = clock.monotonicMs();
  const startsMs = new Map<string, number[]>();
  const busy = new Set<string>();
  const skipped: Record<string, number> = {};
  const telemetry: Telemetry = {
    count(name, labels = {}, by = 1) {
      if (name !== "sitemon_checks_skipped_total") return;
      skipped[labels["cause"]!] = (skipped[labels["cause"]!] ?? 0) + by;
    },
    set() {},
    observe() {},
    dependency() {},
  };
  const check = (site: Site) => {
    const { name } = site;
    ok(!busy.has(name), `two checks of ${name} at once`);
    busy.add(name);
    startsMs.set(name, [...startsMs.get(name) ?? [], clock.monotonicMs() - originMs]);
    return new Promise<SiteReport>((resolve) =>
      clock.after(checkMs(site), () => {
        busy.delete(name);
        resolve({ site: name, location: "here", outcome: "up", reason: null } as SiteReport);
      })
    );
  };
  const scanner = new Scanner({
    ...{ sites, location: "here", concurrency, originMs, clock, telemetry, check },
    onReport() {},
  });
  scanner.start();
  await clock.pass(forMs);
  await scanner.stop(0);
  return { startsMs, skipped };
}

function sitesOf(count: number, changes: Partial<Site> = {}, kind = "site"): Site[] {
  return Array.from(
    { length: count },
    (_, n) => aSite(`http://${kind}-${n}.example/`, { name: `${kind}-${n}`, ...changes }),
  );
}

Deno.test("Scanner keeps every slot of 10,000 sites at 30 s, on one thread", async () => {
  const intervalMs = 30_000;
  const sites = sitesOf(10_000, { intervalMs });
  const { startsMs, skipped } = await watch({ sites, forMs: 75_000, checkMs: () => 100 });
  deepStrictEqual(skipped, {});
  strictEqual(startsMs.size, 10_000);
  for (const [name, starts] of startsMs) {
    const slots = slotsOf(placeOf(name, "here"), intervalMs);
    for (const [index, startMs] of starts.entries()) {
      const late = startMs - slotAt(slots, index);
      ok(late >= 0 && late <= GRAIN_MS, `${name} ${late} ms late`);
    }
    ok(slotAt(slots, starts.length) > 75_000 - GRAIN_MS, `${name} misses a slot`);
  }
});

Deno.test("Scanner spreads the checks of any number of sites evenly over the interval", async () => {
  const count = fc.integer({ min: 200, max: 2_000 });
  await fc.assert(
    fc.asyncProperty(count, fc.constantFrom(1_000, 10_000, 60_000), async (size, intervalMs) => {
      const sites = sitesOf(size, { intervalMs });
      // The first checks come within ten seconds; the regular ones follow.
      const { startsMs } = await watch({ sites, forMs: 2.5 * intervalMs, checkMs: () => 1 });
      const tenths = new Array(10).fill(0);
      for (const startMs of [...startsMs.values()].flat()) {
        if (startMs < 1.5 * intervalMs) continue;
        tenths[Math.floor(startMs / intervalMs * 10) % 10]++;
      }
      // Slots that begin together move a few checks across the window's ends.
      const total = tenths.reduce((sum, one) => sum + one);
      ok(Math.abs(total - size) <= 2 + size / 50, `${total} of ${size}`);
      // Five standard deviations of a random spread.
      const wide = 5 * Math.sqrt(size * 0.09);
      for (const one of tenths) ok(Math.abs(one - size / 10) < wide, `${size}: ${tenths}`);
    }),
    { numRuns: 10 },
  );
});

Deno.test("Scanner keeps sites that answer on schedule, when 1,000 others hang", async () => {
  const hanging = sitesOf(1_000, {}, "hanging");
  const healthy = sitesOf(200, {}, "healthy");
  const sites = hanging.flatMap((site, n) => n < healthy.length ? [site, healthy[n]!] : [site]);
  const checkMs = ({ name }: Site) => name.startsWith("hanging") ? 5_000 : 20;
  const { startsMs } = await watch({ sites, forMs: 120_000, checkMs });
  // The first round has to find out which of them hang.
  const learntMs = 40_000;
  for (const { name, intervalMs } of healthy) {
    const starts = startsMs.get(name)!.filter((startMs) => startMs > learntMs);
    ok(starts.length >= 7, `${name}: ${starts}`);
    const { regularMs } = slotsOf(placeOf(name, "here"), intervalMs);
    for (const startMs of starts) {
      const late = (startMs - regularMs) % intervalMs;
      ok(late < 1_000, `${name} ${late} ms late`);
    }
  }
  // And none of those that hang is given up.
  for (const { name } of hanging) ok(startsMs.get(name)!.length >= 3, name);
});

Deno.test("Scanner runs slow checks in every place but one quarter", async () => {
  let running = 0;
  let runningMax = 0;
  const clock = new FakeClock();
  const scanner = new Scanner({
    sites: sitesOf(20),
    ...{ location: "here", concurrency: 8, originMs: clock.monotonicMs(), clock },
    telemetry: { count() {}, set() {}, observe() {}, dependency() {} },
    check: () => {
      runningMax = Math.max(runningMax, ++running);
      return new Promise((resolve) =>
        clock.after(5_000, () => {
          running--;
          resolve({ outcome: "up", reason: null } as SiteReport);
        })
      );
    },
    onReport() {},
  });
  scanner.start();
  await clock.pass(100_000);
  strictEqual(runningMax, 8, "at first nobody knows that they are slow");
  runningMax = 0;
  await clock.pass(60_000);
  strictEqual(runningMax, 6);
  await scanner.stop(0);
});
