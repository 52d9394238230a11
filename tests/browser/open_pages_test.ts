// Pages that stay open: many of them, hidden, left, and of a server that no longer responds.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { findNginx, startNginx } from "../services/nginx.ts";
import { freePort } from "../support/free_port.ts";
import { MadeStore } from "../web/made_store.ts";
import { browserTest, closeBrowser } from "./chromium.ts";
import { RunningPage } from "./running_page.ts";
import { servedStore } from "./served_store.ts";

/** More than the six connections that a browser has for a server. */
const CLICKS = 16;
const TABS = 10;
/** Any of them takes a fraction of a second, or hangs for as long as the stream of events lasts. */
const CLICK_MAX_MS = 15_000;

Deno.test.afterAll(closeBrowser);

browserTest(
  `${CLICKS} clicks and ${TABS} tabs leave the browser a free connection`,
  async (visit) => {
    await using made = await MadeStore.create();
    await made.add({ site: "shop", agoMs: 1_000 }, { site: "blog", agoMs: 1_000 });
    await using server = servedStore(made, visit);
    visit.page.setDefaultTimeout(CLICK_MAX_MS);
    await visit.open(server.address);
    for (let click = 0; click < CLICKS; click++) {
      const link = click % 2 === 0 ? ".site h3 a" : ".crumbs a";
      await visit.sees("Live");
      await Promise.all([visit.page.waitForNavigation(), visit.page.click(link)]);
    }
    const tabs = [visit.page];
    while (tabs.length < TABS) {
      const tab = await visit.page.browserContext().newPage();
      await tab.goto(server.address, { timeout: CLICK_MAX_MS });
      tabs.push(tab);
    }
    await visit.page.bringToFront();
    await visit.sees("Live");
    await made.add({ site: "shop", outcome: "down", reason: "timeout" });
    await visit.sees("1 of 2 sites is down");
    // A hidden page finds out when it is looked at.
    await tabs.at(-1)!.bringToFront();
    await tabs.at(-1)!.waitForFunction(`document.title.startsWith("1 of 2 sites is down")`);
    for (const tab of tabs.slice(1)) await tab.close();
  },
);

browserTest("a page below a path of nginx is live, and its search stays there", async (visit) => {
  if (findNginx().from !== "programs") return;
  await using made = await MadeStore.create();
  await made.add({ site: "shop", agoMs: 1_000 }, { site: "blog", agoMs: 1_000 });
  await using server = servedStore(made, visit);
  const port = freePort();
  await using _ = await startNginx({
    http: `server {
      listen 127.0.0.1:${port};
      location /status/ { proxy_pass ${server.address}/; }
    }`,
  });
  await visit.open(`http://127.0.0.1:${port}/status/`);
  await visit.sees("Live");
  await made.add({ site: "shop", outcome: "down", reason: "timeout" });
  await visit.sees("1 of 2 sites is down");
  await visit.page.type("input[type=search]", "blog");
  await visit.page.waitForFunction(`location.pathname + location.search === "/status/?q=blog"`);
  await visit.leave();
});

browserTest("a page that the reader goes back to shows how things are now", async (visit) => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop", agoMs: 1_000 }, { site: "blog", agoMs: 1_000 });
  await using server = servedStore(made, visit);
  await visit.open(server.address);
  await visit.sees("All 2 sites are up");
  await Promise.all([visit.page.waitForNavigation(), visit.page.click(".site h3 a")]);
  await made.add({ site: "shop", outcome: "down", reason: "timeout" });
  await visit.page.goBack();
  await visit.sees("1 of 2 sites is down");
  await visit.sees("Live");
});

browserTest("the page says that nothing is known while its server is frozen", async (visit) => {
  await using running = new RunningPage(visit);
  await visit.open(await running.address());
  await visit.sees("1 of 3 sites is down");
  await visit.sees("Live");
  running.freeze();
  try {
    await visit.until(`document.body.innerText.includes("Nothing known since")`, 90_000);
    ok(await visit.ask(`document.querySelector("#live").matches(".lost")`));
    const colors = await visit.ask<string[]>(
      `[".verdict", ".site.down .badge"].map((one) =>
        getComputedStyle(document.querySelector(one)).color)`,
    );
    strictEqual(colors[0], colors[1]);
    await visit.screenshot("frozen");
  } finally {
    running.thaw();
  }
  await visit.sees("Live");
  visit.complaints.length = 0;
});

browserTest(
  "a page is told of the checks of its rows, also of one that comes later",
  async (visit) => {
    await using made = await MadeStore.create();
    // So many that those that are up have no row.
    const others = Array.from(
      { length: 101 },
      (_, index) => ({ site: `other ${index}`, agoMs: 9_000 }),
    );
    await made.add(...others, { site: "a&b", outcome: "down", reason: "timeout", agoMs: 9_000 });
    await using server = servedStore(made, visit);
    const asked: string[] = [];
    visit.page.on("request", (request) => {
      const { pathname, search } = new URL(request.url());
      if (pathname === "/events") asked.push(search);
    });
    await visit.open(server.address);
    await visit.sees("1 of 102 sites is down");
    await made.add({ site: "shop", outcome: "down", reason: "dns" });
    await visit.sees("2 of 103 sites are down");
    await made.add({ site: "shop", outcome: "down", reason: "dns", response_time: 4_321 });
    await visit.page.waitForFunction(
      `document.querySelector('[data-site="shop"] .ms')?.textContent.includes("4321")`,
    );
    strictEqual(asked[0], "?site=a%26b");
    deepStrictEqual(new URLSearchParams(asked[1]).getAll("site").sort(), ["a&b", "shop"]);
  },
);
