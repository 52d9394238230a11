import { deepStrictEqual } from "node:assert/strict";
import type { SiteState } from "../../src/report/site_state.ts";
import {
  type WholeSite,
  wholeSites,
  wholeStateOf,
  worstFirst,
} from "../../src/status/whole_sites.ts";
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

/** What the locations find, how many have to, and what the site then is. */
const QUORUMS: readonly [SiteState[], quorum: number, SiteState, isPartial: boolean][] = [
  [["down", "up", "up"], 2, "up", false],
  [["down", "down", "up"], 2, "down", true],
  [["down", "degraded", "up"], 2, "degraded", true],
  [["down", "down", "down"], 2, "down", false],
  [["down", "up", "stale"], 2, "up", false],
  [["down", "stale", "inconclusive"], 2, "down", false],
  [["stale", "stale"], 2, "stale", false],
];

for (const [states, quorum, state, isPartial] of QUORUMS) {
  Deno.test(`wholeStateOf() is ${state}, where ${quorum} of ${states.join(", ")} have to agree`, () => {
    deepStrictEqual(wholeStateOf(states, quorum), { state, isPartial });
    deepStrictEqual(wholeStateOf(states.toReversed(), quorum), { state, isPartial });
  });
}

Deno.test("wholeSites() takes the first quorum that is about a site, and one location without any", () => {
  const statuses = ["blog", "shop", "web-1"].flatMap((site) => [
    aSiteStatus({ site, location: "fra", outcome: "down", reason: "dns" }),
    aSiteStatus({ site, location: "gru", labels: { team: "gru's own" } }),
  ]);
  const quorums = [{ sites: { names: ["web*"] }, count: 1 }, {
    sites: { names: ["web*", "shop"] },
    count: 2,
  }];
  const found = wholeSites(statuses, quorums).map((
    { site, state, lead },
  ) => [site, state, lead.location]);
  deepStrictEqual(found, [["blog", "down", "fra"], ["shop", "up", "gru"], [
    "web-1",
    "down",
    "fra",
  ]]);
});

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

Deno.test("worstFirst() orders by state, and of the same state by what began last", () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 4, 1, 12, minute));
  const sites = wholeSites([
    aSiteStatus({ site: "a down long", outcome: "down", since: at(1) }),
    aSiteStatus({ site: "b down in part", location: "fra", outcome: "down", since: at(9) }),
    aSiteStatus({ site: "b down in part", location: "gru" }),
    aSiteStatus({ site: "c down lately", outcome: "down", since: at(8) }),
    aSiteStatus({ site: "d degraded", outcome: "degraded", since: null }),
    aSiteStatus({ site: "e degraded", outcome: "degraded", since: at(2) }),
    aSiteStatus({ site: "f stale", stale: true, since: at(9) }),
    aSiteStatus({ site: "g stale", stale: true, outcome: "down", since: at(1) }),
    aSiteStatus({ site: "h10 up", since: at(9) }),
    aSiteStatus({ site: "h2 up", since: at(1) }),
    aSiteStatus({ site: "i up" }),
  ]);
  const inOrder = (sites: readonly WholeSite[]) =>
    sites.toSorted(worstFirst).map(({ site }) => site);
  const names = ["c down lately", "a down long", "b down in part", "e degraded", "d degraded"];
  deepStrictEqual(inOrder(sites), [...names, "g stale", "f stale", "h2 up", "h10 up", "i up"]);
  deepStrictEqual(inOrder(sites.toReversed()), inOrder(sites));
  const placed = sites.map((whole) => whole.site === "i up" ? { ...whole, order: 1 } : whole);
  deepStrictEqual(inOrder(placed), [...names, "g stale", "f stale", "i up", "h2 up", "h10 up"]);
});
