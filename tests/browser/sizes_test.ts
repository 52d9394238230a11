// The pages of few and of many sites at several locations, as anybody may look at them.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { browserTest, closeBrowser, type Visit } from "./chromium.ts";
import { madeCompany } from "./made_company.ts";
import { servedStore } from "./served_store.ts";
import { anAlert, firing, idOf } from "../contract/some_alerts.ts";
import { MadeStore } from "../web/made_store.ts";

/** The pages that are looked at, by the number of sites: others are alike, or have the same parts. */
const PATHS: Readonly<Record<number, readonly string[]>> = {
  6: ["/", "/sites/checkout", "/incidents", "/history"],
  1_000: ["/", "/incidents"],
};
const LOOKS: Readonly<Record<string, (visit: Visit) => Promise<void>>> = {
  "on a desk": (visit) => visit.look(1280, 900),
  "in the dark": (visit) => visit.look(1280, 900, "dark"),
  "on a telephone": (visit) => visit.look(360, 740),
  // Zoom halves the pixels of the page.
  "at 200 %": (visit) => visit.look(640, 450),
  "without JavaScript": async (visit) => {
    await visit.look(1280, 900);
    await visit.page.setJavaScriptEnabled(false);
  },
};
/** Pixels: of a row of one line, and of the narrowest cell that has room for a word. */
const LINE_MAX = 44;
const CELL_MIN = 30;
const TABS_MAX = 20;

const OWNER = "Example Incorporated Holdings International Group of Companies";
const LONG = { site: "Internationalization-and-Localization-Gateway-of-the-Customer-Portal" };
const LONG_TOO = { site: "Customer Self Service Portal (Production, Europe West)" };

Deno.test.afterAll(closeBrowser);

for (const [size, paths] of Object.entries(PATHS)) {
  browserTest(`${size} sites at three locations can be read by everybody`, async (visit) => {
    await using made = await madeCompany(Number(size));
    await using server = servedStore(made, visit);
    for (const [name, look] of Object.entries(LOOKS)) {
      await look(visit);
      for (const path of paths) {
        await visit.open(server.address + path);
        await assertFits(visit, `${path} ${name}`);
        await visit.screenshot(`${size}-${path.slice(1).replace("/", "-")} ${name}`);
        if (name === "without JavaScript") continue;
        await visit.sees("Live");
        deepStrictEqual(await visit.violations(), [], `${path} ${name}`);
      }
    }
  });
}

browserTest(
  "the sites of one cause are opened by keyboard, each in one line below",
  async (visit) => {
    await using made = await madeCompany(200);
    await using server = servedStore(made, visit);
    await visit.open(`${server.address}/?rows=compact`);
    await visit.sees("Unexpected status 502: 5 sites");
    const heights = await visit.page.$$eval(".site", (rows) => rows.map((row) => row.clientHeight));
    ok(heights.length > 0 && Math.max(...heights) <= LINE_MAX, `${heights}`);
    const cut = await visit.page.$$eval(
      ".site h3",
      (names) => names.filter((name) => name.scrollWidth > name.clientWidth).length,
    );
    strictEqual(cut, 0);
    // What cuts a long name must not cut the outline of one that has the focus.
    await visit.page.focus(".site h3 a");
    const outside = await visit.ask<number>(`(() => {
      const name = document.activeElement;
      const [inner, outer] = [name, name.parentElement].map((one) => one.getBoundingClientRect());
      return outer.left - inner.left + parseFloat(getComputedStyle(name).outlineOffset);
    })()`);
    ok(outside <= 0, `${outside}`);
    await visit.open(`${server.address}/?rows=compact`);
    for (let presses = 0; presses < TABS_MAX; presses++) {
      await visit.page.keyboard.press("Tab");
      if (await visit.ask(`document.activeElement.matches(".causes summary")`)) break;
    }
    await visit.page.keyboard.press("Enter");
    await visit.page.keyboard.press("Tab");
    const name = await visit.ask(`document.activeElement.innerText`);
    await Promise.all([visit.page.waitForNavigation(), visit.page.keyboard.press("Enter")]);
    strictEqual(await visit.page.$eval("h1", (heading) => heading.innerText), name);
  },
);

browserTest("long names are whole on a telephone", async (visit) => {
  await using made = await MadeStore.create();
  const acker = "Maximiliane.Mustermann@customer-portal.example.com";
  await made.add({ ...LONG, outcome: "down", reason: "timeout" }, LONG_TOO);
  await made.decide(firing(anAlert(1, { site: LONG.site, began_at: new Date() })));
  await made.records.acknowledge(idOf(1), acker, "");
  await using server = servedStore(made, visit, { look: { title: OWNER } });
  for (const width of [360, 320]) {
    await visit.look(width, 740);
    for (const path of ["/?rows=compact", "/incidents", `/sites/${LONG.site}`]) {
      await visit.open(server.address + path);
      await visit.sees("Live");
      const what = `${path} at ${width}`;
      await assertFits(visit, what);
      // As wide as the page: no word of the owner's is broken where a line has room for it.
      const brand = await visit.page.$eval(".brand", (one) => one.getBoundingClientRect().width);
      ok(brand > width - 40, `${what}: ${brand}`);
      const cut = await visit.page.$$eval(
        ".site h3, .site h3 a",
        (names) => names.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).length,
      );
      strictEqual(cut, 0, what);
      await visit.screenshot(`long-names ${what.replaceAll("/", "-")}`);
    }
  }
});

/** No page is wider than its window, and no word is one letter wide. */
async function assertFits(visit: Visit, what: string): Promise<void> {
  const { wanted, room } = await visit.page.$eval(
    "html",
    ({ scrollWidth, clientWidth }) => ({ wanted: scrollWidth, room: clientWidth }),
  );
  ok(wanted <= room, `${what}: ${wanted} of ${room}`);
  const widths = await visit.page.$$eval(
    ".events td",
    (cells) => cells.filter(({ innerText }) => innerText.length > 3).map((one) => one.clientWidth),
  );
  ok(Math.min(...widths) >= CELL_MIN, `${what}: ${Math.min(...widths)}`);
}
