// The page as a reader sees it: in Chromium, of a sitemon that runs.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { eventually } from "../deadline.ts";
import { SitemonProcess } from "../sitemon_process.ts";
import { MadeStore, type Making } from "../web/made_store.ts";
import { browserTest, closeBrowser, type Visit } from "./chromium.ts";

const DEADLINE_MS = 30_000;
const DAY_MS = 86_400_000;
/** Pixels of a small telephone. */
const NARROW = 360;

Deno.test.afterAll(closeBrowser);

/** A site that a test can break, and `sitemon run` that watches it with two others. */
class Running implements AsyncDisposable {
  readonly #folder = Deno.makeTempDirSync({ prefix: "sitemon-page-" });
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #process: SitemonProcess;
  readonly #visit: Visit;
  isBroken = false;

  constructor(visit: Visit) {
    this.#visit = visit;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => new Response("<h1>Open</h1>", { status: this.isBroken ? 500 : 200 }),
    );
    const url = `http://127.0.0.1:${this.#server.addr.port}/`;
    Deno.writeTextFileSync(
      `${this.#folder}/run.yaml`,
      `interval: 500ms
log: { format: json }
outbox: { path: ${this.#folder}/outbox.db }
store: { path: ${this.#folder}/status.db }
web: { listen: 127.0.0.1:0, title: Example Inc. }
sites:
  - { name: shop, url: '${url}', labels: { team: web } }
  - { name: docs, url: '${url}docs', labels: { team: web } }
  - { name: nobody home, url: 'http://127.0.0.1:1/', labels: { team: ops } }
`,
    );
    this.#process = new SitemonProcess(["run", "-c", `${this.#folder}/run.yaml`]);
  }

  /** Where the page is, once every site is on it. */
  async address(): Promise<string> {
    const line = await this.#process.log(
      "the page",
      ({ message }) => message.startsWith("The status page is at"),
    );
    const address = String(line.address);
    await eventually(DEADLINE_MS, "three sites", async () => {
      const { sites } = await (await fetch(`${address}/api/status`)).json();
      return sites.length === 3 ? true : undefined;
    });
    return address;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#visit.leave();
    strictEqual(await this.#process.stop(), 0);
    await this.#server.shutdown();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

browserTest(
  "the page says that a site went down, and that it is well again, by itself",
  async (visit) => {
    await using running = new Running(visit);
    const address = await running.address();
    await visit.look(1280, 900);
    await visit.open(address);
    await visit.sees("1 of 3 sites is down");
    await visit.sees("It refused the connection");
    running.isBroken = true;
    await visit.sees("3 of 3 sites are down");
    await visit.sees("It answered with another status than expected");
    const news = await visit.page.$eval("#news", (element) => element.textContent);
    ok(/(shop|docs) is down/.test(news ?? ""), news ?? "");
    deepStrictEqual(await visit.violations(), []);
    await visit.screenshot("run-down");
    running.isBroken = false;
    await visit.sees("1 of 3 sites is down");
  },
);

/** Ninety days of a handful of sites. */
async function history(made: MadeStore): Promise<void> {
  const sites = ["shop", "checkout", "blog", "search", "mail", "vpn"];
  const team = (site: string) => ({ team: ["mail", "vpn"].includes(site) ? "ops" : "web" });
  const past: Making[] = [];
  for (let hour = 90 * 24; hour > 1; hour--) {
    for (const [index, site] of sites.entries()) {
      const isBad = site !== "mail" && (hour * 7 + index * 131) % (200 + 97 * index) < 2;
      past.push({
        site,
        url: `https://${site}.example.org/`,
        labels: team(site),
        agoMs: hour * DAY_MS / 24,
        interval_ms: DAY_MS / 24,
        response_time: 60 + Math.round(35 * Math.sin(hour / 4)) + (hour * 13 + index * 7) % 40,
        ...(isBad
          ? {
            outcome: "down",
            reason: "status",
            response_code: 502,
            error_text: "Cannot call it up as its status must be below 400: it is 502",
            failures: ["status is 502"],
            snippet: "<html>\n<h1>502 Bad Gateway</h1>\n<p>nginx</p>\n</html>",
          }
          : {}),
      });
    }
  }
  await made.add(...past);
  for (const site of sites) {
    const now: Making = {
      site,
      url: `https://${site}.example.org/`,
      labels: team(site),
      interval_ms: 60_000,
      timings: { dns: 412, connect: 10_250, tls: 23_800, first_byte: 56_400, transfer: 5_200 },
      certificate_expires_at: (Date.now() + 63 * DAY_MS) * 1_000,
      certificate_issuer: "CN=R11,O=Let's Encrypt,C=US",
    };
    if (site === "blog") {
      const bad: Making = {
        ...now,
        outcome: "down",
        reason: "body",
        error_text: 'Cannot call it up as its body must match "Latest posts": it does not',
        failures: ['body does not match "Latest posts"'],
        snippet: "<!doctype html>\n<h1>Error establishing a database connection</h1>",
        final_url: "https://blog.example.org/",
      };
      await made.add({ ...bad, agoMs: 200_000 }, { ...bad, agoMs: 4_000 });
    } else if (site === "search") {
      await made.add({ ...now, agoMs: 3_000, outcome: "degraded", reason: "slow" });
    } else await made.add({ ...now, agoMs: site === "vpn" ? 400_000 : 6_000 });
  }
}

/** Serves a made store on a free port. */
function served(made: MadeStore, visit: Visit) {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    made.app({ title: "Example Inc." }).fetch,
  );
  const stopping = new AbortController();
  const watching = made.board.run(stopping.signal);
  return {
    address: `http://127.0.0.1:${server.addr.port}`,
    async [Symbol.asyncDispose]() {
      await visit.leave();
      stopping.abort();
      made.stop();
      await watching;
      await server.shutdown();
    },
  };
}

for (const colours of ["light", "dark"] as const) {
  browserTest(`the pages have no violation that axe-core knows, ${colours}`, async (visit) => {
    await using made = await MadeStore.create();
    await history(made);
    await using server = served(made, visit);
    await visit.look(1280, 900, colours);
    await visit.open(server.address);
    await visit.sees("1 of 6 sites is down");
    await visit.sees("Live");
    deepStrictEqual(await visit.violations(), []);
    await visit.screenshot(`overview-${colours}`);
    const ground = await visit.ask("getComputedStyle(document.body).backgroundColor");
    strictEqual(ground, colours === "dark" ? "rgb(16, 19, 25)" : "rgb(246, 247, 249)");
    await visit.open(`${server.address}/sites/blog?days=30`);
    await visit.page.waitForSelector(".chart canvas");
    deepStrictEqual(await visit.violations(), []);
    await visit.screenshot(`site-${colours}`);
  });
}

browserTest("the pages fit on a narrow screen", async (visit) => {
  await using made = await MadeStore.create();
  await history(made);
  await using server = served(made, visit);
  await visit.look(NARROW, 740);
  for (const path of ["/", "/sites/blog", "/none"]) {
    await visit.open(server.address + path);
    const width = await visit.ask<number>("document.documentElement.scrollWidth");
    ok(width <= NARROW, `${path}: ${width}`);
    deepStrictEqual(await visit.violations(), []);
    if (path !== "/none") await visit.screenshot(path === "/" ? "narrow" : "narrow-site");
    // The browser reports every page that is not there.
    else visit.complaints.length = 0;
  }
});

browserTest("the page finds one of a thousand sites while one types", async (visit) => {
  await using made = await MadeStore.create();
  await made.add(...Array.from({ length: 1_000 }, (_, index): Making => ({
    site: `site-${`${index}`.padStart(4, "0")}`,
    labels: { team: `team ${index % 8}` },
    interval_ms: 60_000,
    agoMs: 2_000,
    ...(index % 400 === 7 ? { outcome: "down", reason: "timeout" } : {}),
  })));
  await using server = served(made, visit);
  await visit.look(1280, 900);
  await visit.open(server.address);
  await visit.sees("3 of 1000 sites are down");
  strictEqual(await visit.page.$$eval(".site", (rows) => rows.length), 3);
  await visit.screenshot("thousand");
  deepStrictEqual(await visit.violations(), []);
  await visit.page.type("input[name=q]", "0123");
  await visit.until(
    `[...document.querySelectorAll(".site h3")].map((one) => one.innerText).join() === "site-0123"`,
  );
  const focused = await visit.ask(`document.activeElement.getAttribute("name")`);
  strictEqual(focused, "q");
  ok(visit.page.url().endsWith("q=0123&by=team"), visit.page.url());
});

browserTest("the page searches, opens a site and reads it without JavaScript", async (visit) => {
  await using made = await MadeStore.create();
  await history(made);
  await using server = served(made, visit);
  await visit.page.setJavaScriptEnabled(false);
  await visit.look(1280, 900);
  await visit.open(server.address);
  await visit.page.type("input[name=q]", "blog");
  await Promise.all([visit.page.waitForNavigation(), visit.page.keyboard.press("Enter")]);
  const links = await visit.page.$$eval(".site h3 a", (all) => all.map((one) => one.textContent));
  deepStrictEqual(links.map((link) => link?.trim()), ["blog"]);
  await Promise.all([visit.page.waitForNavigation(), visit.page.click(".site h3 a")]);
  ok(await visit.page.$(".chart svg .line"));
  await visit.screenshot("without-javascript");
});

browserTest("the page can be used by keyboard alone", async (visit) => {
  await using made = await MadeStore.create();
  await history(made);
  await using server = served(made, visit);
  await visit.look(1280, 900);
  await visit.open(server.address);
  await visit.page.keyboard.press("Tab");
  strictEqual(await visit.ask("document.activeElement.className"), "skip");
  await visit.page.keyboard.press("Enter");
  strictEqual(await visit.ask("document.activeElement.id"), "content");
  for (let presses = 0; presses < 10; presses++) {
    await visit.page.keyboard.press("Tab");
    const isLink = await visit.ask(`document.activeElement.matches(".site a")`);
    if (isLink) break;
  }
  await Promise.all([visit.page.waitForNavigation(), visit.page.keyboard.press("Enter")]);
  ok(visit.page.url().includes("/sites/"), visit.page.url());
});

browserTest("the pages run nothing that a site wrote, and its feed is XML", async (visit) => {
  const evil = `</title></pre></script>"'><script>alert(1)</script><img src=x onerror=alert(2)>`;
  await using made = await MadeStore.create();
  const report: Making = {
    site: evil,
    url: `javascript:alert(3)//${evil}`,
    outcome: "down",
    reason: "body",
    error_text: evil,
    failures: [evil],
    snippet: `${evil}<svg onload=alert(4)>`,
    final_url: `javascript:alert(5)//${evil}`,
    certificate_issuer: evil,
    remote_address: evil,
    labels: { [evil]: evil },
  };
  await made.add({ ...report, agoMs: 5_000 });
  await using server = served(made, visit);
  await visit.look(1280, 900);
  const page = `${server.address}/sites/${encodeURIComponent(evil)}`;
  for (const address of [server.address, page]) {
    await visit.open(address);
    await visit.sees("alert(1)");
    await made.add({ ...report, outcome: "degraded", error_text: `${evil} again` });
    await visit.sees("again");
    await made.add(report);
    await visit.sees("Down");
    strictEqual(await visit.page.$$eval("img, main script", (all) => all.length), 0);
  }
  const feed = await (await fetch(`${page}.atom`)).text();
  const errors = await visit.ask(
    `new DOMParser().parseFromString(${JSON.stringify(feed)}, "application/xml")
      .querySelectorAll("parsererror").length`,
  );
  strictEqual(errors, 0, feed);
});
