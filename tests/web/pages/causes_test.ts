import { deepStrictEqual } from "node:assert/strict";
import type { SiteStatus } from "../../../src/status/queries.ts";
import { causesOf, TOGETHER_MS } from "../../../src/web/pages/causes.ts";
import { wholeSites } from "../../../src/status/whole_sites.ts";
import { aSiteStatus } from "../site_status.ts";

const NOW_MS = Date.UTC(2026, 4, 1, 12);

/** Each cause in words, with how long it lasts and its sites. */
function causes(...sites: readonly (Partial<SiteStatus> & { agoMs?: number })[]) {
  const statuses = sites.map(({ agoMs = 0, ...status }, index) =>
    aSiteStatus({ site: `${index}`, since: new Date(NOW_MS - agoMs), ...status })
  );
  return causesOf(wholeSites(statuses)).map(({ words, since, sites }) => [
    words,
    since === undefined ? null : NOW_MS - since.getTime(),
    sites.map(({ site }) => site).join(),
  ]);
}

const STATUS = { outcome: "down", reason: "status", response_code: 500 } as const;
const TIMEOUT = { outcome: "down", reason: "timeout", response_code: null } as const;

Deno.test("causesOf() puts sites together that fail alike, the newest cause first", () => {
  deepStrictEqual(
    causes(
      { ...STATUS, agoMs: 9_000 },
      { ...TIMEOUT, agoMs: 2_000 },
      {},
      { ...STATUS, agoMs: 8_000 },
      { ...STATUS, response_code: 502, agoMs: 7_000 },
    ),
    [
      ["Response timed out", 2_000, "1"],
      ["Unexpected status 502", 7_000, "4"],
      ["Unexpected status 500", 9_000, "3,0"],
    ],
  );
});

Deno.test("causesOf() takes sites apart that began to fail at other times", () => {
  deepStrictEqual(
    causes(
      { ...TIMEOUT, agoMs: 0 },
      { ...TIMEOUT, agoMs: TOGETHER_MS },
      { ...TIMEOUT, agoMs: 2 * TOGETHER_MS + 1 },
    ),
    [
      ["Response timed out", TOGETHER_MS, "0,1"],
      ["Response timed out", 2 * TOGETHER_MS + 1, "2"],
    ],
  );
});

Deno.test("causesOf() has stale sites last, since nobody knows since when they are so", () => {
  deepStrictEqual(
    causes(
      { stale: true, agoMs: 1 },
      { stale: true, outcome: "down", reason: "dns", agoMs: 99_000_000 },
      { ...TIMEOUT, agoMs: 5_000 },
    ),
    [["Response timed out", 5_000, "2"], ["No recent result", null, "0,1"]],
  );
});

Deno.test("causesOf() is empty, when every site is up", () => deepStrictEqual(causes({}, {}), []));
