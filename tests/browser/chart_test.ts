// The chart of response times as uPlot draws it: every point, and what the reader zoomed to.
import { ok, strictEqual } from "node:assert/strict";
import { DAY_MS, HOUR_MS } from "../../src/runtime/time_units.ts";
import type { Making } from "../web/made_reports.ts";
import { MadeStore } from "../web/made_store.ts";
import { browserTest, closeBrowser, type Visit } from "./chromium.ts";
import { servedStore } from "./served_store.ts";

/** The pixels of the chart that have about the color of the line p50. */
const LINE_PIXELS = `(() => {
  const canvas = document.querySelector(".chart canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    const color = [0x21, 0x66, 0xc4].every((part, index) => Math.abs(data[at + index] - part) < 8);
    if (color && data[at + 3] > 200) count++;
  }
  return count;
})()`;
const IS_ZOOMED = `!document.querySelector(".chart .reset").hidden`;

Deno.test.afterAll(closeBrowser);

/** A site with a response every so often for so many days, the oldest first. */
function checked(site: string, days: number, everyMs: number): Making[] {
  const count = days * DAY_MS / everyMs;
  return Array.from({ length: count }, (_, index) => (
    { site, agoMs: (count - index) * everyMs - HOUR_MS / 2, next_check_ms: everyMs }
  ));
}

/** Where the chart's area begins, and how wide it is. */
async function areaOf(visit: Visit) {
  const over = await visit.page.waitForSelector(".chart .u-over");
  const { x, y, width, height } = (await over!.boundingBox())!;
  return { left: x, width, middle: y + height / 2 };
}

browserTest("the chart shows the points of a site that is checked once a day", async (visit) => {
  await using made = await MadeStore.create();
  await made.add(...checked("daily", 85, DAY_MS));
  await using server = servedStore(made, visit);
  await visit.open(`${server.address}/sites/daily?days=90`);
  await visit.page.waitForSelector(".chart canvas");
  // A dot has a dozen pixels of its color.
  await visit.until(`${LINE_PIXELS} > 85 * 6`);
});

/** The pixels of the chart that are as reddish as an incident. */
const INCIDENT_PIXELS = `(() => {
  const canvas = document.querySelector(".chart canvas");
  const { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, width, height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    const color = [0xd6, 0x40, 0x2f, 0x40].every((part, index) => Math.abs(data[at + index] - part) < 8);
    if (color) count++;
  }
  return count;
})()`;

browserTest("the chart marks the incidents, also one that begins", async (visit) => {
  await using made = await MadeStore.create();
  await made.add(
    ...checked("shop", 2, HOUR_MS),
    // Until the next of the checks above.
    {
      site: "shop",
      agoMs: 20 * HOUR_MS,
      outcome: "down",
      reason: "dns",
      next_check_ms: 6 * HOUR_MS,
    },
  );
  await using server = servedStore(made, visit);
  await visit.open(`${server.address}/sites/shop?days=1`);
  await visit.sees("Live");
  await visit.page.waitForSelector(".chart canvas");
  await visit.until(`${INCIDENT_PIXELS} > 1_000`);
  const before = await visit.ask<number>(INCIDENT_PIXELS);
  await made.add({ site: "shop", outcome: "down", reason: "timeout", agoMs: 2 * HOUR_MS });
  await made.add({ site: "shop", outcome: "down", reason: "timeout" });
  await visit.until(`${INCIDENT_PIXELS} > ${before}`);
});

for (const by of ["mouse", "touch"] as const) {
  browserTest(
    `the chart zooms by ${by}, keeps it when a site changes, and resets`,
    async (visit) => {
      await using made = await MadeStore.create();
      await made.add(...checked("shop", 7, HOUR_MS), { site: "blog", agoMs: 2_000 });
      await using server = servedStore(made, visit);
      const viewport = { width: 800, height: 900, hasTouch: by === "touch" };
      await visit.page.setViewport(viewport);
      await visit.open(`${server.address}/sites/shop`);
      await visit.sees("Live");
      await visit.page.$eval(".chart", (chart) => chart.scrollIntoView({ block: "center" }));
      const { left, width, middle } = await areaOf(visit);
      strictEqual(await visit.ask(IS_ZOOMED), false);
      const [from, to] = [left + width / 4, left + width / 2];
      if (by === "mouse") {
        await visit.page.mouse.move(from, middle);
        await visit.page.mouse.down();
        await visit.page.mouse.move(to, middle, { steps: 5 });
        await visit.page.mouse.up();
      } else {
        const finger = await visit.page.touchscreen.touchStart(from, middle);
        for (let step = 1; step <= 5; step++) {
          await finger.move(from + (to - from) / 5 * step, middle);
        }
        await finger.end();
      }
      await visit.until(IS_ZOOMED);
      const before = await visit.ask(`document.querySelector(".chart").dataset.points`);
      await made.add({ site: "blog", outcome: "down", reason: "timeout" });
      await visit.until(
        `document.querySelector(".chart").dataset.points !== ${JSON.stringify(before)}`,
      );
      ok(await visit.ask(IS_ZOOMED));
      await visit.page.click(".chart .reset");
      await visit.until(`!(${IS_ZOOMED})`);
    },
  );
}
