import { match } from "node:assert/strict";
import { badge } from "../../../src/web/feeds/badge.ts";
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
