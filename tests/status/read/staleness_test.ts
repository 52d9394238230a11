import { strictEqual } from "node:assert/strict";
import { isStale, STALE_GRACE_MS } from "../../../src/status/read/staleness.ts";

Deno.test("isStale() allows two intervals and the grace, and no more", () => {
  const freshness = { orderAt: 1_000_000, intervalMs: 10_000 };
  const limit = 1_000_000 + (20_000 + STALE_GRACE_MS) * 1_000;
  strictEqual(isStale(freshness, limit), false);
  strictEqual(isStale(freshness, limit + 1), true);
});

Deno.test("isStale() is never true, when the interval is not known", () => {
  strictEqual(isStale({ orderAt: 0, intervalMs: null }, Number.MAX_SAFE_INTEGER), false);
});
