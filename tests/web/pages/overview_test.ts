import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  overviewOf,
  type OverviewQuery,
  PAGE_SITES_MAX,
  verdictOf,
} from "../../../src/web/pages/overview.ts";
import { verdictText } from "../../../src/web/pages/overview_page.ts";
import type { Outcome } from "../../../src/report/outcome.ts";
import type { SiteStatus } from "../../../src/status/queries.ts";
import { wholeSites } from "../../../src/status/whole_sites.ts";
import { aSiteStatus } from "../site_status.ts";

const UNNARROWED = { by: undefined, only: undefined, state: undefined, rows: undefined };
const EVERYTHING: OverviewQuery = { search: "", ...UNNARROWED, all: false, page: 1 };

function sites(count: number, of: (index: number) => Partial<SiteStatus> = () => ({})) {
  return Array.from(
    { length: count },
    (_, index) => aSiteStatus({ site: `site-${`${index}`.padStart(4, "0")}`, ...of(index) }),
  );
}

/** Sites, each with what its locations find. */
function seenFrom(...sites: readonly (readonly Outcome[])[]): SiteStatus[] {
  return sites.flatMap((outcomes, site) =>
    outcomes.map((outcome, location) =>
      aSiteStatus({ site: `site ${site}`, location: `location ${location}`, outcome })
    )
  );
}

function names(statuses: readonly SiteStatus[], query: Partial<OverviewQuery> = {}) {
  const { groups } = overviewOf(wholeSites(statuses), { ...EVERYTHING, ...query });
  return groups.map((group) => [group.name, ...group.sites.map(({ site }) => site)]);
}

Deno.test("overviewOf() groups by the label that most sites have, the worst first", () => {
  const statuses = [
    aSiteStatus({ site: "a", labels: { team: "web", tier: "1" } }),
    aSiteStatus({ site: "b", labels: { team: "ops" } }),
    aSiteStatus({ site: "c", labels: { team: "ops" }, outcome: "down", reason: "dns" }),
    aSiteStatus({ site: "d" }),
  ];
  deepStrictEqual(names(statuses), [["ops", "c", "b"], ["web", "a"], ["", "d"]]);
  deepStrictEqual(names(statuses, { by: "tier" }), [["", "c", "b", "d"], ["1", "a"]]);
  deepStrictEqual(names(statuses, { by: "" }), [["", "c", "a", "b", "d"]]);
  deepStrictEqual(names(statuses, { only: "web" }), [["web", "a"]]);
  deepStrictEqual(names(statuses, { only: "" }), [["", "d"]]);
  deepStrictEqual(names(statuses, { by: "__proto__" }), names(statuses));
});

Deno.test("overviewOf() has the group first whose trouble is the newest", () => {
  const down = (team: string, minute: number, more: Partial<SiteStatus> = {}) =>
    aSiteStatus({
      ...{ site: `${team}${minute}`, labels: { team }, outcome: "down" },
      ...{ since: new Date(Date.UTC(2026, 4, 1, 12, minute)), ...more },
    });
  const statuses = [down("a", 1), down("b", 3), down("b", 0), down("c", 9, { outcome: "up" })];
  statuses.push(
    down("d", 9, { location: "fra" }),
    down("d", 9, { location: "gru", outcome: "up" }),
  );
  const groups = [["b", "b3", "b0"], ["a", "a1"], ["d", "d9"], ["c", "c9"]];
  deepStrictEqual(names(statuses), groups);
});

Deno.test("overviewOf() searches names, urls, locations and labels, each word anywhere", () => {
  const statuses = [
    aSiteStatus({ site: "Shop", url: "https://one.example/", labels: { team: "Web" } }),
    aSiteStatus({ site: "blog", url: "https://two.example/", location: "berlin" }),
  ];
  const searches = ["shop", "EXAMPLE", "web one", "berlin", "shop berlin", "(.*"];
  const found = searches.map((search) =>
    overviewOf(wholeSites(statuses), { ...EVERYTHING, search }).found
  );
  deepStrictEqual(found, [1, 2, 1, 1, 0, 0]);
});

Deno.test("overviewOf() shows the troubled alone, when sites do not fit on one page", () => {
  const statuses = sites(1_000, (index) => ({
    labels: { team: `t${index % 10}` },
    ...(index % 500 === 3 ? { outcome: "down", reason: "timeout" } : {}),
    stale: index === 7,
  }));
  const overview = overviewOf(wholeSites(statuses), EVERYTHING);
  ok(overview.showsProblemsOnly);
  deepStrictEqual(
    overview.groups.flatMap((group) => group.sites.map(({ site }) => site)),
    ["site-0003", "site-0503", "site-0007"],
  );
  strictEqual(overview.groups.length, 10);
  deepStrictEqual(overview.groups[0]!.counts.up, 98);
  strictEqual(overview.pages, 1);
});

Deno.test("overviewOf() shows the sites of one state alone, however many there are", () => {
  const statuses = sites(PAGE_SITES_MAX + 20, (index) => ({
    labels: { team: `t${index % 2}` },
    ...(index % 50 === 3 ? { outcome: "down", reason: "timeout" } : {}),
    stale: index === 53,
  }));
  deepStrictEqual(names(statuses, { state: "down" }), [["t1", "site-0003", "site-0103"]]);
  deepStrictEqual(names(statuses, { state: "stale" }), [["t1", "site-0053"]]);
  deepStrictEqual(names(statuses, { state: "inconclusive" }), []);
  const well = overviewOf(wholeSites(statuses), { ...EVERYTHING, state: "up" });
  deepStrictEqual([well.showsProblemsOnly, well.found, well.pages], [false, 117, 2]);
  strictEqual(well.counts.down, 2);
});

Deno.test("overviewOf() has a row for each site, what is down everywhere first", () => {
  const statuses = seenFrom(["up", "down"], ["down", "down"], ["up", "up"]);
  const { total, counts, verdict, hasLocations } = overviewOf(wholeSites(statuses), EVERYTHING);
  deepStrictEqual([total, counts.down, verdict?.othersInPart, counts.up, hasLocations], [
    3,
    2,
    1,
    1,
    true,
  ]);
  deepStrictEqual(names(statuses), [["", "site 1", "site 0", "site 2"]]);
});

Deno.test("overviewOf() shows the newest of the same trouble first", () => {
  const statuses = sites(4, (index) => ({
    ...(index === 3 ? {} : { outcome: "down", reason: "timeout" }),
    since: new Date(index === 2 ? 1 : index),
  }));
  deepStrictEqual(names(statuses), [
    ["", "site-0001", "site-0002", "site-0000", "site-0003"],
  ]);
});

Deno.test("overviewOf() orders names as people count", () => {
  const statuses = ["web-10", "web-2", "Web-1"].map((site) =>
    aSiteStatus({ site, labels: { rack: site } })
  );
  deepStrictEqual(names(statuses, { by: "" }), [["", "Web-1", "web-2", "web-10"]]);
  deepStrictEqual(names(statuses).map(([group]) => group), ["Web-1", "web-2", "web-10"]);
});

Deno.test("overviewOf() has rows of one line, when there are more than 20", () => {
  const rows = (count: number, query = {}) =>
    overviewOf(wholeSites(sites(count)), { ...EVERYTHING, ...query }).rows;
  deepStrictEqual([rows(20), rows(21)], ["full", "compact"]);
  deepStrictEqual([rows(1, { rows: "compact" }), rows(99, { rows: "full" })], ["compact", "full"]);
});

Deno.test("overviewOf() pages through all sites, each once", () => {
  const statuses = sites(2 * PAGE_SITES_MAX + 1, (index) => ({ labels: { n: `${index % 3}` } }));
  const seen = new Set<string>();
  for (const page of [1, 2, 3]) {
    const overview = overviewOf(wholeSites(statuses), { ...EVERYTHING, all: true, page });
    strictEqual(overview.pages, 3);
    const onPage = overview.groups.flatMap(({ sites }) => sites);
    ok(onPage.length <= PAGE_SITES_MAX);
    for (const { site } of onPage) seen.add(site);
  }
  strictEqual(seen.size, statuses.length);
  strictEqual(overviewOf(wholeSites(statuses), { ...EVERYTHING, all: true, page: 99 }).page, 3);
  strictEqual(overviewOf(wholeSites(statuses), { ...EVERYTHING, all: true, page: -1 }).page, 1);
});

Deno.test("overviewOf() shows every site, when they just fit on one page", () => {
  const fits = overviewOf(wholeSites(sites(PAGE_SITES_MAX)), EVERYTHING);
  strictEqual(fits.showsProblemsOnly, false);
  strictEqual(fits.groups[0]!.sites.length, PAGE_SITES_MAX);
  ok(overviewOf(wholeSites(sites(PAGE_SITES_MAX + 1)), EVERYTHING).showsProblemsOnly);
});

for (
  const [statuses, sentence] of [
    [[], "No site has been checked yet"],
    [sites(1), "The site is up"],
    [sites(3), "All 3 sites are up"],
    [sites(3, (index) => index > 0 ? { outcome: "down" } : {}), "2 of 3 sites are down"],
    [seenFrom(["down", "down"], ["down", "up"], ["up", "up"]), "1 of 3 sites is down, 1 in part"],
    [seenFrom(["down", "up"], ["up", "up"]), "1 of 2 sites is down in part"],
    [seenFrom(["down", "up"], ["up", "down"]), "2 of 2 sites are down in part"],
    [
      sites(2, (index) => index > 0 ? { stale: true, outcome: "down" } : {}),
      "1 of 2 sites is stale",
    ],
  ] as const
) {
  Deno.test(`verdictText() says "${sentence}"`, () => {
    strictEqual(verdictText(verdictOf(wholeSites(statuses))), sentence);
  });
}
