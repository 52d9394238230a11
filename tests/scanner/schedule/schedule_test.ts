import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "../../support/random_runs.ts";
import {
  FIRST_CHECK_WITHIN_MS,
  placeOf,
  slotAt,
  slotsOf,
  slotsUntil,
} from "../../../src/scanner/schedule/schedule.ts";

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const intervalMs = fc.integer({ min: 100, max: 86_400_000 });

Deno.test("placeOf() is the same for the same site, and in [0, 1)", () => {
  fc.assert(fc.property(fc.string(), fc.string(), (site, location) => {
    const found = placeOf(site, location);
    deepStrictEqual(found, placeOf(site, location));
    ok(found >= 0 && found < 1);
  }));
});

Deno.test("placeOf() keeps its values, since threads of two versions may share a process's slots", () => {
  deepStrictEqual(placeOf("shop", "default").toFixed(6), "0.131120");
});

Deno.test("placeOf() spreads sites evenly, when their names differ in a number", () => {
  const buckets = new Array(10).fill(0);
  for (let i = 0; i < 10_000; i++) buckets[Math.floor(placeOf(`site-${i}`, "here") * 10)]++;
  for (const count of buckets) ok(count > 850 && count < 1_150, String(buckets));
});

Deno.test("slotsUntil() finds the slots on either side of a moment", () => {
  const elapsed = fc.double({ min: 0, max: 1e10, noNaN: true });
  fc.assert(fc.property(place, intervalMs, elapsed, (h, interval, elapsedMs) => {
    const slots = slotsOf(h, interval);
    const next = slotsUntil(slots, elapsedMs);
    ok(slotAt(slots, next) > elapsedMs);
    if (next > 0) ok(slotAt(slots, next - 1) <= elapsedMs);
  }));
});

Deno.test("slotsUntil() counts a slot as passed, when asked at that very moment", () => {
  fc.assert(
    fc.property(place, intervalMs, fc.integer({ min: 0, max: 10_000 }), (h, interval, n) => {
      const slots = slotsOf(h, interval);
      deepStrictEqual(slotsUntil(slots, slotAt(slots, n)), n + 1);
    }),
  );
});

Deno.test("slotsOf() keeps the regular slots of a site that came later, and checks it soon", () => {
  const sinceMs = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1_000_000_000 }));
  fc.assert(fc.property(place, intervalMs, sinceMs, (h, interval, since) => {
    const found = slotsOf(h, interval, since);
    const { firstMs, regularMs } = found;
    ok(firstMs >= since && firstMs <= since + Math.min(FIRST_CHECK_WITHIN_MS, interval));
    const slots = (regularMs - h * interval) / interval;
    ok(Math.abs(slots - Math.round(slots)) < 1e-6, "the slots of a site do not move");
    ok(Math.abs(slotAt(found, 2) - slotAt(found, 1) - interval) < 1e-6);
    const gap = regularMs - firstMs;
    ok(gap > interval / 2 - 1e-3 && gap < interval * 1.5 + 1e-3, `${gap} of ${interval}`);
  }));
});
