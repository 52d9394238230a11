import { match } from "node:assert/strict";
import { badge, overallBadge } from "../../../src/web/feeds/badge.ts";
import { verdictOf } from "../../../src/web/pages/overview.ts";
import type { Outcome } from "../../../src/report/outcome.ts";
import { wholeSite } from "../../../src/status/whole_sites.ts";
import { aSiteStatus } from "../site_status.ts";

const [HALF_KNOWN, LESS_KNOWN] = [999, 998].map((upMs) => (
  { upMs, degradedMs: 0, downMs: 1, inconclusiveMs: 0, windowMs: 2_000 }
));

for (
  const [window, label] of [[HALF_KNOWN, "shop: up 99.90 %"], [LESS_KNOWN, "shop: up"]] as const
) {
  Deno.test(`badge() says "${label}", when ${window!.upMs + 1} of 2,000 ms are known`, async () => {
    const status = aSiteStatus({ site: "shop" });
    const windows = { 1: window!, 7: window!, 30: window!, 90: window! };
    const text = `${await badge("shop", wholeSite([status]), [{ ...status, windows }])}`;
    match(text, new RegExp(`aria-label="${label}"`));
  });
}

/** Sites, each with what its locations find. */
const OVERALL: readonly (readonly [sites: readonly (readonly Outcome[])[], label: string])[] = [
  [[], "unknown"],
  [[["up"], ["up"]], "all up"],
  [[["degraded"], ["up"]], "1 of 2 degraded"],
  [[["down"], ["down", "up"], ["up"]], "1 of 3 down, 1 in part"],
  [[["down", "up"], ["up"]], "1 of 2 down in part"],
];

for (const [sites, label] of OVERALL) {
  Deno.test(`overallBadge() says "${label}", as the page does`, async () => {
    const wholes = sites.map((outcomes, site) =>
      wholeSite(
        outcomes.map((outcome, location) =>
          aSiteStatus({ site: `${site}`, location: `${location}`, outcome })
        ),
      )
    );
    const text = `${await overallBadge("Example", verdictOf(wholes))}`;
    match(text, new RegExp(`aria-label="Example: ${label}"`));
  });
}
