// The page below a path of a real nginx, which removes the path or passes it on.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { systemClock as clock } from "../../src/runtime/clock.ts";
import { sqliteParts } from "../../src/status/sqlite/sqlite_parts.ts";
import { SqliteQueries } from "../../src/status/sqlite/sqlite_queries.ts";
import type { FrontOptions } from "../../src/web/front.ts";
import { serveWeb } from "../../src/web/serve_web.ts";
import { startNginx } from "../services/nginx.ts";
import { serviceTest } from "../services/with_services.ts";
import { freePort } from "../support/free_port.ts";
import { RecordingTelemetry } from "../support/recording_telemetry.ts";
import { MadeStore } from "./made_store.ts";

/** Names that proxies and URL parsers make something else of. */
const NAMES = [".", "..", "a/b", "https://h.example//x?a=1&b=%2F#c", "~2F", "100 %", "shop"];

interface Way {
  /** What nginx does. */
  readonly proxy: (port: number) => string;
  readonly options: (root: string) => FrontOptions;
}

const WAYS: Readonly<Record<string, Way>> = {
  "passes the path on": {
    proxy: (port) => `location /status/ { proxy_pass http://127.0.0.1:${port}; }`,
    options: (publicUrl) => ({ publicUrl }),
  },
  "removes the path": {
    proxy: (port) => `location /status/ { proxy_pass http://127.0.0.1:${port}/; }`,
    options: (publicUrl) => ({ publicUrl }),
  },
  "removes the path and says so": {
    proxy: (port) =>
      `location /status/ {
        proxy_pass http://127.0.0.1:${port}/;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Forwarded-Host $http_host;
        proxy_set_header X-Forwarded-Prefix /status;
      }`,
    options: () => ({ trustedProxies: ["127.0.0.1"] }),
  },
};

/** Links and files of a page, as a browser resolves them. */
function linksOf(text: string, base: string): string[] {
  const links = [...text.matchAll(/(?:href|src)="([^"#][^"]*)"/g)].map(([, link]) => link!);
  return links.map((link) => new URL(link.replaceAll("&amp;", "&"), base).href)
    .filter((link) => !link.startsWith("http://h.example/"));
}

/** Follows every link from the overview on; the texts by their URLs. */
async function crawl(root: string): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (let left = [root]; left.length > 0;) {
    const url = left.pop()!;
    ok(url.startsWith(root), `${url} is not below ${root}`);
    const response = await fetch(url);
    const text = await response.text();
    strictEqual(response.status, 200, url);
    texts.set(url, text);
    const isFollowed = !/\.(css|js|svg)$|openapi/.test(url);
    const links = isFollowed ? linksOf(text, url) : [];
    left = [...new Set([...left, ...links])].filter((link) => !texts.has(link));
  }
  return texts;
}

for (const [what, { proxy, options }] of Object.entries(WAYS)) {
  serviceTest("nginx")(`pages, files, feeds and badges work, when nginx ${what}`, async () => {
    await using made = await MadeStore.create();
    await made.add(
      ...NAMES.flatMap((site) =>
        ["fra", "gru"].map((location) => ({ site, location, url: "http://h.example/", agoMs: 9 }))
      ),
    );
    const port = freePort();
    const root = `http://127.0.0.1:${port}/status/`;
    const server = serveWeb({
      listen: { host: "127.0.0.1", port: 0 },
      look: { title: "Status" },
      queries: new SqliteQueries({ path: made.path }),
      records: sqliteParts({ path: made.path }, { clock }).alertRecords(),
      dependency: "store",
      clock,
      telemetry: new RecordingTelemetry(),
      ...options(root),
    });
    try {
      const inner = Number(new URL(server.address).port);
      await using _ = await startNginx({
        http: `server { listen 127.0.0.1:${port}; ${proxy(inner)} }`,
      });
      const texts = await crawl(root);
      const named = (start: RegExp) => [...texts.keys()].filter((url) => start.test(url)).length;
      deepStrictEqual(
        [/\/sites\/[^/]+\.atom$/, /\/badge\//, /\/api\/sites\/[^/]+$/, /\/assets\//].map(named),
        [NAMES.length, NAMES.length, NAMES.length, 6],
      );
      ok(
        ![...texts.values()].some((text) => text.includes(": unknown")),
        "every badge has a state",
      );
      const { sites } = JSON.parse(texts.get(`${root}api/status`)!);
      deepStrictEqual(sites.map(({ site }: { site: string }) => site).sort(), NAMES.toSorted());
      match(texts.get(`${root}sites/shop.atom`)!, new RegExp(`<id>${root}sites/shop</id>`));
      const events = await fetch(`${root}events`);
      strictEqual(events.headers.get("content-type"), "text/event-stream");
      await events.body!.cancel();
      const redirected = await fetch(root.slice(0, -1));
      deepStrictEqual([redirected.status, redirected.url], [200, root]);
      await redirected.body?.cancel();
      const missing = await fetch(`${root}a/b/c`);
      match(await missing.text(), /<a href="..\/..\/">All sites/);
    } finally {
      await server.stop();
    }
  });
}
