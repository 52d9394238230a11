import { deepStrictEqual } from "node:assert/strict";
import type { SiteState } from "../../src/report/site_state.ts";
import { wholeSites, wholeStateOf } from "../../src/status/whole_sites.ts";
import { aSiteStatus } from "../web/site_status.ts";

/** What the locations find, and what the site then is. */
const CASES: readonly [SiteState[], SiteState, isPartial: boolean][] = [
  [["up"], "up", false],
  [["down", "down"], "down", false],
  [["down", "up"], "down", true],
  [["down", "degraded"], "down", true],
  [["degraded", "up"], "degraded", true],
  [["down", "stale"], "down", false],
  [["down", "inconclusive"], "down", false],
  [["up", "stale", "inconclusive"], "up", false],
  [["stale", "inconclusive"], "inconclusive", false],
  [["stale", "stale"], "stale", false],
];

for (const [states, state, isPartial] of CASES) {
  Deno.test(`wholeStateOf() is ${state}${isPartial ? " in part" : ""}, of ${states.join(", ")}`, () => {
    deepStrictEqual(wholeStateOf(states), { state, isPartial });
    deepStrictEqual(wholeStateOf(states.toReversed()), { state, isPartial });
  });
}

Deno.test("wholeSites() lets the first location that finds it so stand for a site", () => {
  const statuses = [
    aSiteStatus({ site: "blog", location: "fra" }),
    aSiteStatus({ site: "shop", location: "fra" }),
    aSiteStatus({ site: "shop", location: "gru", outcome: "down", reason: "dns" }),
    aSiteStatus({ site: "shop", location: "iad", outcome: "down", reason: "timeout" }),
  ];
  const sites = wholeSites(statuses);
  deepStrictEqual(sites.map(({ site, lead }) => [site, lead.location]), [
    ["blog", "fra"],
    ["shop", "gru"],
  ]);
  deepStrictEqual(sites.map(({ locations }) => locations.length), [1, 3]);
});
