// Goal: whatever readers ask for and PostgreSQL does meanwhile, the page is there a moment later.
import { deepStrictEqual, ok } from "node:assert/strict";
import type { PostgresOptions } from "../../src/status/postgres/connection/postgres_options.ts";
import { postgresAlertRecords } from "../../src/status/postgres/alerts/postgres_alerts.ts";
import { PostgresQueries } from "../../src/status/postgres/postgres_queries.ts";
import { createApp } from "../../src/web/app.ts";
import { incidentPath } from "../../src/web/incident_id.ts";
import { StatusCache, STATUSES_FRESH_MS } from "../../src/web/live/status_cache.ts";
import { TcpProxy } from "../chaos/world/tcp_proxy.ts";
import { closing } from "../contract/opened_store.ts";
import { type OpenedPostgresStore, postgresTest } from "../status/postgres/opened_store.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RecordingTelemetry } from "../support/recording_telemetry.ts";
import { MadeReports } from "./made_reports.ts";

const SITE = { site: "shop", location: "fra" };

async function fill({ store }: OpenedPostgresStore): Promise<void> {
  await new MadeReports(store).add(
    ...[3, 2, 1].map((hours) => ({ ...SITE, agoMs: hours * 3_600_000 })),
    { ...SITE, agoMs: 1_000, outcome: "down", reason: "dns" },
  );
}

/** A page of its own over that server, on a clock that stands still. */
function openPage(connection: PostgresOptions) {
  const queries = closing(new PostgresQueries({ connection }));
  const records = closing(postgresAlertRecords(connection));
  const clock = new FakeClock(Date.now() * 1_000);
  const telemetry = new RecordingTelemetry();
  const source = new StatusCache({
    queries,
    records,
    clock,
    telemetry,
    dependency: "postgres",
  });
  const { signal } = new AbortController();
  const app = createApp({
    source,
    look: { title: "Status" },
    clock,
    telemetry,
    signal,
  });
  return {
    clock,
    telemetry,
    /** Paths whose answers have none of these statuses. */
    async others(paths: readonly string[], ...expected: readonly number[]) {
      const found: string[] = [];
      for (const path of paths) {
        const { status } = await app.request(path);
        if (!expected.includes(status)) found.push(`${path} ${status}`);
      }
      return found;
    },
    async [Symbol.asyncDispose]() {
      await queries.close();
      await records.close();
    },
  };
}

/** NUL is no character of PostgreSQL, and half of a pair is none of Unicode. */
const ODD_TEXTS = [
  "%00",
  "a%00b",
  "%F0%9F%92%A9",
  "%ED%A0%80",
  "%27%22%5C",
  "%EF%BF%BF",
];
/** Microseconds: the first ones, the last that are taken, and what no number is exactly. */
const ODD_TIMES = ["0", "1", "9999999999999999", "9007199254740993"];
const ID = "00000000-0000-5000-8000-000000000001";

const ODD_PATHS: readonly string[] = [
  ...ODD_TEXTS.flatMap((text) => [
    ...[`/sites/${text}`, `/api/sites/${text}`, `/api/sites/${text}/reports`],
    `/api/sites/shop/reports?location=${text}`,
    `/api/sites/shop/latency?location=${text}`,
    `/api/sites/shop/latency?after=1/${encodeURIComponent(text)}`,
    `/api/incidents?site=${text}`,
    `/api/incidents?after=1/${encodeURIComponent(text)}/fra`,
    ...[
      `/api/alerts?site=${text}`,
      `/api/status?site=${text}`,
      `/?q=${text}&in=${text}`,
    ],
  ]),
  ...ODD_TIMES.flatMap((time) => [
    `/api/incidents?from=0&to=${time}`,
    `/api/incidents?from=${time}&after=${time}/shop/fra`,
    `/api/alerts?from=${time}&after=${time}-${ID}`,
    `/api/status?at=${time}`,
    `/api/sites/shop/reports?from=0&to=${time}`,
    `/api/sites/shop/reports?from=${time}&after=${time}-${time}-${ID}`,
    `/api/sites/shop/latency?from=${time}&to=${time}`,
    `/api/sites/shop/latency?step=day&after=${time}/fra`,
  ]),
  ...[0, 36 ** 9 - 1].map((ms) => `/${incidentPath(SITE, new Date(ms))}`),
];

postgresTest(
  "no question of one reader looks like an outage to others",
  async (opened) => {
    await fill(opened);
    await using page = openPage(opened.options);
    for (const path of ODD_PATHS) {
      deepStrictEqual(await page.others([path], 200, 400, 404), []);
      deepStrictEqual(
        page.telemetry.states.get("postgres"),
        { ok: true },
        path,
      );
    }
  },
);

const PATHS = [
  ...["/", "/sites/shop", "/sites/shop/figures", "/incidents", "/history"],
  ...["/api/alerts", "/api/sites/shop/reports"],
];
/** More than all of them make a client say. */
const PIECES_MAX = 100;

postgresTest(
  "every page is back at once, whichever question PostgreSQL hung up at",
  async (opened) => {
    await fill(opened);
    await using proxy = new TcpProxy(opened.options.port);
    let pieces = 0;
    for (; pieces < PIECES_MAX; pieces++) {
      await using page = openPage({ ...opened.options, port: proxy.port });
      const weather = { kind: "cutting" as const, pieces };
      proxy.change(weather);
      deepStrictEqual(await page.others(PATHS, 200, 503), []);
      proxy.change({ kind: "fair" });
      page.clock.advance(STATUSES_FRESH_MS);
      deepStrictEqual(await page.others(PATHS, 200), [], `cut at ${pieces}`);
      if (weather.pieces > 0) break;
    }
    ok(
      pieces > PATHS.length && pieces < PIECES_MAX,
      `it took ${pieces} pieces`,
    );
  },
);
