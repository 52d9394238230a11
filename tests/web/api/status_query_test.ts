import { deepStrictEqual, throws } from "node:assert/strict";
import { selectSites, SITES_MAX, statusQuery } from "../../../src/web/api/status_query.ts";
import { QueryError } from "../../../src/web/api/parameters.ts";
import { wholeSites } from "../../../src/status/whole_sites.ts";
import { aSiteStatus } from "../site_status.ts";

const SITES = wholeSites([
  aSiteStatus({ site: "api", labels: { team: "web", tier: "1" }, outcome: "down", reason: "dns" }),
  aSiteStatus({ site: "blog", labels: { team: "web" }, stale: true }),
  aSiteStatus({ site: "mail", labels: { team: "ops" } }),
  aSiteStatus({ site: "vpn", url: "https://gate.example/", labels: { team: "ops", note: "a:b" } }),
]);

/** The names that a query finds, and what comes next. */
function ask(query: string): [names: string, next: string | null] {
  const { found, next } = selectSites(SITES, statusQuery(new URLSearchParams(query), ["outcome"]));
  return [found.map(({ site }) => site).join(), next];
}

for (
  const [query, names, next] of [
    ["", "api,blog,mail,vpn", null],
    ["state=down", "api", null],
    ["state=down&state=stale", "api,blog", null],
    ["label=team:ops", "mail,vpn", null],
    ["label=team:web&label=tier:1", "api", null],
    ["label=note:a:b", "vpn", null],
    ["label=constructor:x", "", null],
    ["q=gate+OPS", "vpn", null],
    ["limit=2", "api,blog", "blog"],
    ["limit=2&after=blog", "mail,vpn", null],
    ["after=vpn", "", null],
    [`limit=${SITES_MAX}`, "api,blog,mail,vpn", null],
  ] as const
) {
  Deno.test(`statusQuery() finds "${names}", asked for "${query}"`, () => {
    deepStrictEqual(ask(query), [names, next]);
  });
}

for (
  const query of [
    ...["states=down", "state=bad", "label=team", "label=:x", "limit=0", "limit=1.5", "limit=-1"],
    ...[`limit=${SITES_MAX + 1}`, "limit=", "fields=password", "q=a&p=b"],
  ]
) {
  Deno.test(`statusQuery() refuses "${query}"`, () => throws(() => ask(query), QueryError));
}

Deno.test("statusQuery() takes what is repeated once, since it is looked at for each site", () => {
  const query = new URLSearchParams(
    "state=up&state=up&label=a:b&label=a:c&label=a:b&fields=outcome,outcome,,site,outcome",
  );
  const { states, labels, fields } = statusQuery(query, ["outcome", "site"]);
  deepStrictEqual({ states, labels, fields }, {
    states: ["up"],
    labels: [["a", "b"], ["a", "c"]],
    fields: ["outcome", "site"],
  });
});
