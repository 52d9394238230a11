// A page for customers, in Chromium: what it says, what it leaves out, and that everybody can read it.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { HOUR_MS } from "../../src/runtime/time_units.ts";
import type { Look } from "../../src/web/look.ts";
import { aMute } from "../contract/some_alerts.ts";
import { madePast } from "../web/made_past.ts";
import { MadeStore } from "../web/made_store.ts";
import { browserTest, closeBrowser } from "./chromium.ts";
import { servedStore } from "./served_store.ts";

const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><script>evil()</script>
<circle cx="4" cy="4" r="4" fill="#0a7d4f"/></svg>`;
const LOOK: Look = {
  title: "Example Inc.",
  isPublic: true,
  logo: LOGO,
  accent: "#0a7d4f",
  links: [{ text: "Imprint", url: "https://example.org/imprint" }],
  footer: "Example Inc., Main Street 1",
  announcements: [
    { type: "maintenance", text: "We move to <another> data center.", from: new Date() },
    { type: "outage", text: "Payments fail.", sites: ["Shop"] },
    { type: "info", text: "Welcome.\nTo our new page." },
  ],
};
const LISTED = new Map([
  ["intern-shop", { name: "Shop", group: "Sales", order: 2 }],
  ["intern-cart", { name: "Cart", group: "Sales", order: 1 }],
  ["intern-admin", { hidden: true }],
]);

Deno.test.afterAll(closeBrowser);

async function withPast(): Promise<MadeStore> {
  const made = await MadeStore.create();
  const sites = [...LISTED.keys()].map((site) => ({ site, url: `https://${site}.example/` }));
  await made.add(
    ...madePast(sites),
    ...sites.map((site) => (
      { ...site, agoMs: 5_000, next_check_ms: HOUR_MS }
    )),
  );
  for (const [index, names] of [["intern-*"], ["intern-admin"]].entries()) {
    const reason = ["Bigger <disks>", "intern"][index]!;
    await made.records.putMute(aMute(reason, { kind: "maintenance", names, reason }));
  }
  return made;
}

for (const colors of ["light", "dark"] as const) {
  browserTest(
    `a public page has no violation, and nothing that is private, ${colors}`,
    async (visit) => {
      await using made = await withPast();
      await using server = servedStore(made, visit, { look: LOOK, listed: LISTED });
      await visit.look(1280, 900, colors);
      await visit.open(server.address);
      await visit.sees("All 2 sites are up");
      await visit.sees("Live");
      for (
        const part of [
          "Sales",
          "Planned maintenance",
          "<another>",
          "Bigger <disks>",
          "Imprint",
          "Main Street",
        ]
      ) {
        await visit.sees(part);
      }
      const names = await visit.page.$$eval(".site h3", (all) => all.map((one) => one.innerText));
      deepStrictEqual(names, ["Cart", "Shop"]);
      // The color of the operator, on a link of the page.
      const color = await visit.ask("getComputedStyle(document.querySelector('footer a')).color");
      strictEqual(color === "rgb(10, 125, 79)", colors === "light", `${color}`);
      ok(await visit.ask<number>("document.querySelector('.brand img').naturalWidth") > 0);
      deepStrictEqual(await visit.violations(), []);
      await visit.screenshot(`public-${colors}`);
      await made.add({ site: "intern-shop", outcome: "down", reason: "dns", error_text: "intern" });
      await visit.sees("1 of 2 sites is down");
      await made.add({
        site: "intern-admin",
        outcome: "down",
        reason: "dns",
        error_text: "intern",
      });
      await Promise.all([visit.page.waitForNavigation(), visit.page.click(".site.down h3 a")]);
      await visit.sees("Payments fail.");
      await visit.sees("Bigger <disks>");
      deepStrictEqual(await visit.violations(), []);
      await visit.screenshot(`public-site-${colors}`);
      const pages = [await visit.ask<string>("document.documentElement.outerHTML")];
      await Promise.all([
        visit.page.waitForNavigation(),
        visit.page.click(".events a[href*=incidents]"),
      ]);
      deepStrictEqual(await visit.violations(), []);
      pages.push(await visit.ask<string>("document.documentElement.outerHTML"));
      for (const page of pages) ok(!page.includes("intern"), page);
      const logo = await fetch(`${server.address}/assets/logo.svg`);
      strictEqual(await logo.text(), LOGO);
      ok(logo.headers.get("content-security-policy")!.startsWith("default-src 'none'"));
    },
  );
}

browserTest("a public page fits a telephone, without JavaScript and by keyboard", async (visit) => {
  await using made = await withPast();
  await using server = servedStore(made, visit, { look: LOOK, listed: LISTED });
  await visit.look(360, 740);
  await visit.page.setJavaScriptEnabled(false);
  await visit.open(server.address);
  await visit.page.keyboard.press("Tab");
  await visit.page.keyboard.press("Enter");
  for (const path of ["/", "/sites/Shop", "/incidents", "/sites/Shop/figures"]) {
    await visit.open(server.address + path);
    const width = await visit.page.$eval("html", (root) => root.scrollWidth);
    ok(width <= 360, `${path}: ${width}`);
  }
  await visit.open(server.address);
  await visit.screenshot("public-narrow");
});

browserTest("a page in German is live in German", async (visit) => {
  await using made = await withPast();
  const look: Look = { ...LOOK, locale: "de", timeZone: "Europe/Berlin" };
  await using server = servedStore(made, visit, { look, listed: LISTED });
  await visit.open(server.address);
  await visit.sees("Alle 2 Dienste sind verfügbar");
  await visit.sees("Aktuell");
  deepStrictEqual(await visit.violations(), []);
  await made.add({ site: "intern-shop", outcome: "down", reason: "dns", error_text: "intern" });
  await visit.sees("1 von 2 Diensten ist ausgefallen");
  const news = await visit.page.$eval("#news", (element) => element.textContent);
  strictEqual(news, "Shop ist ausgefallen");
  await visit.screenshot("german");
});
