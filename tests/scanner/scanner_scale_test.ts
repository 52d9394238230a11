// Goal: many sites keep their schedule, whatever some of them do; with a clock that tests move.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc, { runs } from "../support/random_runs.ts";
import type { Site } from "../../src/config/site.ts";
import { placeOf, slotAt, slotsOf } from "../../src/scanner/schedule/schedule.ts";
import { TOGETHER_MS_MAX } from "../../src/scanner/scanner.ts";
import { sitesOf, startedRig } from "./scanner_rig.ts";

interface WatchOptions {
  readonly sites: readonly Site[];
  readonly forMs: number;
  /** How long a check of the site takes. */
  readonly checkMs: number | ((site: Site) => number);
}

/** When each check of a site began while time passed, and what was left out. */
async function watch({ sites, forMs, checkMs }: WatchOptions) {
  await using rig = startedRig(sites, { checkMs, concurrency: 256 });
  await rig.clock.pass(forMs);
  const startsMs = new Map<string, number[]>(sites.map(({ name }) => [name, []]));
  for (const { site, atMs } of rig.started) startsMs.get(site)!.push(atMs);
  return { startsMs, skipped: rig.skipped };
}

Deno.test("Scanner keeps every slot of 10,000 sites at 30 s, on one thread", async () => {
  const intervalMs = 30_000;
  const sites = sitesOf(10_000, { intervalMs });
  const { startsMs, skipped } = await watch({ sites, forMs: 75_000, checkMs: 100 });
  deepStrictEqual(skipped, {});
  strictEqual(startsMs.size, 10_000);
  for (const [name, starts] of startsMs) {
    const slots = slotsOf(placeOf(name, "here"), intervalMs);
    for (const [index, startMs] of starts.entries()) {
      const late = startMs - slotAt(slots, index);
      ok(late >= 0 && late <= TOGETHER_MS_MAX, `${name} ${late} ms late`);
    }
    ok(slotAt(slots, starts.length) > 75_000 - TOGETHER_MS_MAX, `${name} misses a slot`);
  }
});

Deno.test("Scanner spreads the checks of any number of sites evenly over the interval", async () => {
  const count = fc.integer({ min: 200, max: 2_000 });
  await fc.assert(
    fc.asyncProperty(count, fc.constantFrom(1_000, 10_000, 60_000), async (size, intervalMs) => {
      const sites = sitesOf(size, { intervalMs });
      // The first checks come within ten seconds; the regular ones follow.
      const { startsMs } = await watch({ sites, forMs: 2.5 * intervalMs, checkMs: 1 });
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
    runs(10),
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
  await using rig = startedRig(sitesOf(20), { checkMs: 5_000, concurrency: 8 });
  await rig.clock.pass(100_000);
  strictEqual(rig.runningMax, 8, "at first nobody knows that they are slow");
  rig.runningMax = 0;
  await rig.clock.pass(60_000);
  strictEqual(rig.runningMax, 6);
});
