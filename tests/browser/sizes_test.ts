// The pages of few and of many sites at several locations, as anybody may look at them.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { browserTest, closeBrowser, type Visit } from "./chromium.ts";
import { madeCompany } from "./made_company.ts";
import { servedStore } from "./served_store.ts";

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
