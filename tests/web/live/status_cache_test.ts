import { DatabaseSync } from "node:sqlite";
import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { StoreConfigurationError, StoreUnavailableError } from "../../../src/status/store.ts";
import type { Alert, AlertRecords, ChannelState, Mute } from "../../../src/status/alert_store.ts";
import type { Changes, StatusQueries } from "../../../src/status/queries.ts";
import { ANSWERS_MAX, UPTIMES_FRESH_MS } from "../../../src/web/live/answers.ts";
import {
  IDLE_MS,
  INCIDENTS_FRESH_MS,
  RECORDS_FRESH_MS,
  STARTING_MS,
  StatusCache,
  type StatusCacheOptions,
  STATUSES_FRESH_MS,
  WATCH_MS,
} from "../../../src/web/live/status_cache.ts";
import { WORK_ANNOUNCED_MS } from "../../../src/status/planned_work.ts";
import type { StatusUpdate } from "../../../src/web/live/status_source.ts";
import { eventStream, eventText } from "../../../src/web/live/event_stream.ts";
import { aMute } from "../../contract/some_alerts.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { RecordingTelemetry } from "../../support/recording_telemetry.ts";
import { MadeStore } from "../made_store.ts";
import { aSiteStatus } from "../site_status.ts";

/** Counts what a cache asks of a store, and answers what the test says. */
class Asked {
  readonly counts = { changes: 0, uptimes: 0, daily: 0, histories: 0, incidents: 0, mutes: 0 };
  mutes: readonly Mute[] = [];
  alerts: readonly Alert[] = [];
  channels: readonly ChannelState[] = [];
  changes: Changes = { cursor: "1", statuses: [aSiteStatus()], removed: [] };
  isSilent = false;
  gone: Error = new StoreUnavailableError("gone");
  readonly clock = new FakeClock();
  readonly telemetry = new RecordingTelemetry();
  readonly cache: StatusCache;

  constructor(more: Pick<StatusCacheOptions, "isMadeHere" | "quorums"> = {}) {
    const counted = <T>(what: keyof Asked["counts"], answer: T, by = 1): Promise<T> => {
      this.counts[what] += by;
      return Promise.resolve(answer);
    };
    const queries: Partial<StatusQueries> = {
      changesSince: () =>
        this.isSilent ? Promise.reject(this.gone) : counted("changes", this.changes),
      uptimes: () => counted("uptimes", [{ ...aSiteStatus(), windows: {} as never }]),
      history: () => counted("histories", undefined),
      incidents: () => counted("incidents", []),
      incident: () => counted("incidents", undefined),
      daily: (sites) =>
        counted("daily", sites.map((site) => ({ ...site, days: [] })), sites.length),
    };
    const records: Partial<AlertRecords> = {
      mutes: () => counted("mutes", this.mutes),
      alerts: () => Promise.resolve(this.alerts),
      channels: () => Promise.resolve(this.channels),
    };
    this.cache = new StatusCache({
      queries: queries as StatusQueries,
      records: records as AlertRecords,
      clock: this.clock,
      telemetry: this.telemetry,
      dependency: "store",
      ...more,
    });
  }
}

Deno.test("StatusCache asks the store once for all who view at the same time", async () => {
  const { cache, counts, clock } = new Asked();
  const views = await Promise.all(Array.from({ length: 1_000 }, () => cache.view()));
  strictEqual(new Set(views).size, 1);
  deepStrictEqual(counts, {
    changes: 1,
    uptimes: 1,
    daily: 0,
    histories: 0,
    incidents: 0,
    mutes: 1,
  });
  await cache.view();
  strictEqual(counts.changes, 1);
  clock.advance(STATUSES_FRESH_MS);
  notStrictEqual(await cache.view(), views[0]);
  deepStrictEqual(counts, {
    changes: 2,
    uptimes: 1,
    daily: 0,
    histories: 0,
    incidents: 0,
    mutes: 1,
  });
  clock.advance(UPTIMES_FRESH_MS);
  await cache.view();
  strictEqual(counts.uptimes, 2);
});

Deno.test("StatusCache tells who watches of planned work: added, announced, called off", async () => {
  const asked = new Asked();
  const { cache, counts, clock } = asked;
  const told: boolean[] = [];
  cache.watch(({ needsReload }) => told.push(needsReload));
  const refresh = async () => {
    told.length = 0;
    clock.advance(RECORDS_FRESH_MS);
    await cache.refresh();
    return told.some((needsReload) => needsReload);
  };
  strictEqual(await refresh(), false);
  const from = new Date(clock.nowMicros() / 1_000 + WORK_ANNOUNCED_MS + 3 * RECORDS_FRESH_MS);
  asked.mutes = [aMute("1", { kind: "maintenance", from, until: new Date(Number(from) + 1) })];
  const seen = [await refresh(), await refresh(), await refresh(), await refresh()];
  deepStrictEqual(seen, [true, false, true, false]);
  strictEqual((await cache.view()).work.length, 1);
  asked.mutes = [];
  deepStrictEqual([await refresh(), (await cache.view()).work.length], [true, 0]);
  await cache.refresh();
  strictEqual(counts.mutes, 6);
});

Deno.test("StatusCache says that a store is older, which knows of no alerts", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop" });
  using db = new DatabaseSync(made.path);
  db.exec("DROP VIEW site_sla; ALTER TABLE mute RENAME TO other");
  await made.cache.refresh();
  const state = JSON.stringify(made.telemetry.states.get("store"));
  match(state, /"ok":false,"reason":"configuration","detail":".*no such table: mute/);
  notStrictEqual((await made.cache.view()).failingSince, undefined);
  db.exec("ALTER TABLE other RENAME TO mute");
  await made.cache.refresh();
  strictEqual((await made.cache.view()).statuses.length, 1);
});

Deno.test("StatusCache asks for the history of a site once, until it looks for news", async () => {
  const { cache, counts } = new Asked();
  const shop = { site: "shop", location: "default" };
  const week = { transitionDays: 90, latencyDays: 7 };
  await Promise.all(Array.from({ length: 1_000 }, () => cache.history(shop, week)));
  strictEqual(counts.histories, 1);
  await cache.history(shop, { ...week, latencyDays: 1 });
  await cache.history({ ...shop, location: "berlin" }, week);
  strictEqual(counts.histories, 3);
  await cache.refresh();
  await cache.history(shop, week);
  strictEqual(counts.histories, 4);
});

Deno.test("StatusCache asks for incidents again after a change, for all of them once in ten seconds", async () => {
  const asked = new Asked();
  const { cache, counts, clock } = asked;
  const count = async (site?: string) => {
    const before = counts.incidents;
    await Promise.all(Array.from({ length: 100 }, () => cache.incidents(7, site)));
    return counts.incidents - before;
  };
  await cache.view();
  deepStrictEqual([await count("shop"), await count(), await count("shop"), await count()], [
    ...[1, 1, 0, 0],
  ]);
  asked.changes = { cursor: "2", statuses: [aSiteStatus({ outcome: "down" })], removed: [] };
  await cache.refresh();
  deepStrictEqual([await count("shop"), await count()], [1, 0]);
  // The page knows that it is not the newest.
  notStrictEqual((await cache.incidents(7))!.version, cache.version);
  clock.advance(INCIDENTS_FRESH_MS);
  deepStrictEqual([await count("shop"), await count()], [0, 1]);
  clock.advance(UPTIMES_FRESH_MS);
  deepStrictEqual([await count("shop"), await count()], [1, 1]);
});

Deno.test("StatusCache keeps a bounded number of answers about incidents", async () => {
  const { cache, counts } = new Asked();
  const ask = (at: number) => cache.incident(aSiteStatus(), new Date(at));
  for (let at = 0; at < ANSWERS_MAX; at++) await ask(at);
  await ask(0);
  strictEqual(counts.incidents, ANSWERS_MAX);
  await ask(-1);
  await ask(0);
  strictEqual(counts.incidents, ANSWERS_MAX + 2);
});

Deno.test("StatusCache keeps the days of a site for a minute", async () => {
  const { cache, counts, clock } = new Asked();
  const sites = ["a", "b"].map((site) => ({ site, location: "default" }));
  await cache.days(sites);
  await cache.days([...sites, { site: "c", location: "default" }]);
  strictEqual(counts.daily, 3);
  clock.advance(UPTIMES_FRESH_MS + 1);
  await cache.days(sites);
  strictEqual(counts.daily, 5);
});

Deno.test("StatusCache tells of a site that changed, of one that is gone, and of a store that is silent", async () => {
  const asked = new Asked();
  const { cache } = asked;
  const news: StatusUpdate[] = [];
  const unwatch = cache.watch((one) => news.push(one));
  await cache.refresh();
  const down = aSiteStatus({ outcome: "down", reason: "dns", checked_at: new Date(1) });
  asked.changes = { cursor: "2", statuses: [down], removed: [] };
  await cache.refresh();
  await cache.refresh();
  asked.changes = { cursor: "3", statuses: [], removed: [down] };
  await cache.refresh();
  asked.isSilent = true;
  await cache.refresh();
  await cache.refresh();
  asked.isSilent = false;
  asked.changes = { cursor: "4", statuses: [], removed: [] };
  await cache.refresh();
  unwatch();
  asked.isSilent = true;
  await cache.refresh();
  deepStrictEqual(
    news.map(({ checked, changed, needsReload }) => [checked.length, changed.length, needsReload]),
    [[1, 1, false], [1, 1, false], [0, 0, true], [0, 0, true], [0, 0, true]],
  );
  deepStrictEqual((await cache.view()).statuses, []);
});

Deno.test("StatusCache says whether the store answers, though nobody watches", async () => {
  const asked = new Asked();
  const { cache, clock, telemetry } = asked;
  const stop = new AbortController();
  const running = cache.run(stop.signal);
  const isOk = () => telemetry.states.get("store")?.ok;
  await clock.pass(0);
  strictEqual(isOk(), true);
  asked.isSilent = true;
  await clock.pass(IDLE_MS + 2_000);
  strictEqual(isOk(), false);
  asked.isSilent = false;
  await clock.pass(2_000);
  strictEqual(isOk(), true);
  stop.abort();
  await running;
});

Deno.test("StatusCache.run() rests while nobody watches, and asks for who begins to", async () => {
  const { cache, counts, clock } = new Asked();
  const stop = new AbortController();
  const running = cache.run(stop.signal);
  await clock.pass(0);
  strictEqual(clock.nextMs, IDLE_MS);
  await clock.pass(WATCH_MS + 1);
  strictEqual(counts.changes, 1);
  const unwatch = cache.watch(() => {});
  await clock.pass(0);
  strictEqual(counts.changes, 2);
  strictEqual(clock.nextMs, WATCH_MS);
  unwatch();
  await clock.pass(WATCH_MS);
  strictEqual(counts.changes, 2);
  stop.abort();
  await running;
  strictEqual(clock.pending, 0);
});

Deno.test("readiness says why the store gives no answer", async () => {
  const asked = new Asked();
  asked.isSilent = true;
  const reasons = [];
  for (const error of [new StoreUnavailableError("x"), new StoreConfigurationError("y")]) {
    asked.gone = error;
    await asked.cache.refresh();
    reasons.push((asked.telemetry.states.get("store") as { reason?: string }).reason);
  }
  deepStrictEqual(reasons, ["unavailable", "configuration"]);
});

Deno.test("StatusCache complains of no tables only where nobody is making them", async () => {
  const told = async (isMadeHere: boolean) => {
    const asked = new Asked({ isMadeHere });
    asked.isSilent = true;
    asked.gone = new StoreConfigurationError("no such table: last_change");
    const states: (boolean | undefined)[] = [];
    const look = async (passedMs: number) => {
      asked.clock.advance(passedMs);
      await asked.cache.refresh();
      states.push(asked.telemetry.states.get("store")?.ok);
    };
    await look(0);
    await look(STARTING_MS);
    asked.isSilent = false;
    await look(0);
    return states;
  };
  deepStrictEqual(await told(true), [undefined, false, true]);
  deepStrictEqual(await told(false), [false, false, true]);
});

Deno.test("eventStream() lets go of a reader that takes nothing", async () => {
  const asked = new Asked();
  const { signal } = new AbortController();
  const { body } = eventStream(asked.cache, { clock: asked.clock, signal });
  strictEqual(asked.cache.watcherCount, 1);
  for (let round = 0; round < 200; round++) {
    const checked_at = new Date(round);
    asked.changes = { cursor: `${round}`, statuses: [aSiteStatus({ checked_at })], removed: [] };
    await asked.cache.refresh();
  }
  strictEqual(asked.cache.watcherCount, 0);
  await body!.cancel();
});

Deno.test("eventStream() begins with the version by which a page sees that it missed an event", async () => {
  const asked = new Asked();
  const { cache, clock } = asked;
  const shown = await cache.view();
  const down = aSiteStatus({ outcome: "down" });
  asked.changes = { cursor: "1", statuses: [down], removed: [] };
  await cache.refresh();
  const { body } = eventStream(cache, { clock, signal: new AbortController().signal });
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  match((await reader.read()).value!, /^retry: \d+\n\n$/);
  strictEqual((await reader.read()).value, `event: beat\ndata: ${shown.version + 1}\n\n`);
  strictEqual((await cache.view()).version, shown.version + 1);
  await reader.cancel();
});

Deno.test("eventText() is one event, whatever a site is called", () => {
  const status = aSiteStatus({ site: "a\n\ndata: b\r\u2028", outcome: "down" });
  const text = eventText({ checked: [status], changed: [status], needsReload: false })!;
  deepStrictEqual(text.match(/[\n\r]/g), ["\n", "\n"]);
  ok(JSON.parse(text.slice("data: ".length)).news[0].includes("is down"));
});

Deno.test("view() has sites as their quorum says", async () => {
  const asked = new Asked({ quorums: [{ count: 2 }] });
  const statuses = (["down", "up"] as const).map((outcome) =>
    aSiteStatus({ location: `that is ${outcome}`, outcome })
  );
  asked.changes = { cursor: "1", statuses, removed: [] };
  const { sites } = await asked.cache.view();
  deepStrictEqual(sites.map(({ state, lead }) => [state, lead.location]), [["up", "that is up"]]);
});
