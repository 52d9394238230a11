// Alerts on the page, in Chromium: live, for everybody to read, and without JavaScript.
import { deepStrictEqual, ok } from "node:assert/strict";
import { anAlert, attempt, ending, firing, idOf } from "../contract/some_alerts.ts";
import { madePast } from "../web/made_past.ts";
import { MadeStore } from "../web/made_store.ts";
import { browserTest, closeBrowser } from "./chromium.ts";
import { servedStore } from "./served_store.ts";

Deno.test.afterAll(closeBrowser);

const DETAIL = { ...anAlert(1).detail, labels: { runbook: "https://wiki.example.org/shop" } };
/** More than are visible without a click, and all that a row can say. */
const ALERTS = [
  anAlert(1, { detail: DETAIL }),
  anAlert(2, { suppressed_by: "maintenance:move", kind: "certificate_soon" }),
  anAlert(3, { kind: "location", site: null, location: "fra" }),
  ...Array.from({ length: 9 }, (_, index) => anAlert(index + 4, { kind: "stale" })),
];

async function withPast(): Promise<MadeStore> {
  const made = await MadeStore.create();
  const sites = [{ site: "shop-1" }, { site: "shop-2" }];
  await made.add(...madePast(sites), ...sites, { site: "shop-1", outcome: "down", reason: "dns" });
  return made;
}

async function alarm(made: MadeStore): Promise<void> {
  const [delivery] = await made.decide(firing(...ALERTS));
  await made.settle(attempt(delivery!, { result: "refused", error: "403 Forbidden" }));
  await made.records.acknowledge(idOf(1), "ann", "on it");
}

for (const colors of ["light", "dark"] as const) {
  browserTest(
    `a page shows alerts as they come and go, without violations, ${colors}`,
    async (visit) => {
      await using made = await withPast();
      await using server = servedStore(made, visit);
      await visit.look(1280, 900, colors);
      await visit.open(server.address);
      await visit.sees("Live");
      await alarm(made);
      await visit.sees("12 open alerts");
      for (const part of ["acknowledged by ann", "Alerts do not arrive", "4 more"]) {
        await visit.sees(part);
      }
      deepStrictEqual(await visit.violations(), []);
      await visit.screenshot(`alerts-${colors}`);
      await made.decide(ending(...ALERTS.slice(1)));
      await visit.sees("1 open alert");
      await Promise.all([
        visit.page.waitForNavigation(),
        visit.page.click("[aria-labelledby=alerts] a[href*=sites]"),
      ]);
      await visit.sees("1 open alert");
      deepStrictEqual(await visit.violations(), []);
    },
  );
}

browserTest("alerts fit a telephone, without JavaScript", async (visit) => {
  await using made = await withPast();
  await alarm(made);
  await using server = servedStore(made, visit);
  await visit.look(360, 740);
  await visit.page.setJavaScriptEnabled(false);
  for (const path of ["/", "/sites/shop-1", "/incidents"]) {
    await visit.open(server.address + path);
    const width = await visit.page.$eval("html", (root) => root.scrollWidth);
    ok(width <= 360, `${path}: ${width}`);
  }
});
