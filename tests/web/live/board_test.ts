import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { StoreUnavailableError } from "../../../src/status/store.ts";
import type { Changes, StatusQueries } from "../../../src/status/queries.ts";
import {
  Board,
  type News,
  STATUSES_FRESH_MS,
  UPTIMES_FRESH_MS,
} from "../../../src/web/live/board.ts";
import { eventStream, eventText } from "../../../src/web/live/event_stream.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { aDetailedStatus } from "../detailed_status.ts";

/** Counts what a board asks of a store, and answers what the test says. */
class Asked {
  readonly counts = { changes: 0, uptimes: 0, daily: 0, histories: 0 };
  changes: Changes = { cursor: "1", statuses: [aDetailedStatus()], removed: [] };
  isSilent = false;
  readonly clock = new FakeClock();
  readonly board: Board;

  constructor() {
    const queries: Partial<StatusQueries> = {
      changesSince: () => {
        this.counts.changes++;
        if (this.isSilent) return Promise.reject(new StoreUnavailableError("gone"));
        return Promise.resolve(this.changes);
      },
      uptimes: () => {
        this.counts.uptimes++;
        return Promise.resolve([{ ...aDetailedStatus(), windows: {} as never }]);
      },
      history: () => {
        this.counts.histories++;
        return Promise.resolve(undefined);
      },
      daily: (sites) => {
        this.counts.daily += sites.length;
        return Promise.resolve(sites.map((site) => ({ ...site, days: [] })));
      },
    };
    this.board = new Board({
      queries: queries as StatusQueries,
      clock: this.clock,
      telemetry: {
        count: () => {},
        set: () => {},
        observe: () => {},
        dependency: () => {},
      },
      dependency: "store",
    });
  }
}

Deno.test("Board asks the store once for all who view at the same time", async () => {
  const { board, counts, clock } = new Asked();
  const views = await Promise.all(Array.from({ length: 1_000 }, () => board.view()));
  strictEqual(new Set(views).size, 1);
  deepStrictEqual(counts, { changes: 1, uptimes: 1, daily: 0, histories: 0 });
  await board.view();
  strictEqual(counts.changes, 1);
  clock.advance(STATUSES_FRESH_MS);
  notStrictEqual(await board.view(), views[0]);
  deepStrictEqual(counts, { changes: 2, uptimes: 1, daily: 0, histories: 0 });
  clock.advance(UPTIMES_FRESH_MS);
  await board.view();
  strictEqual(counts.uptimes, 2);
});

Deno.test("Board asks for the history of a site once, until it looks for news", async () => {
  const { board, counts } = new Asked();
  const shop = { site: "shop", location: "default" };
  const week = { transitionDays: 90, latencyDays: 7 };
  await Promise.all(Array.from({ length: 1_000 }, () => board.history(shop, week)));
  strictEqual(counts.histories, 1);
  await board.history(shop, { ...week, latencyDays: 1 });
  await board.history({ ...shop, location: "berlin" }, week);
  strictEqual(counts.histories, 3);
  await board.refresh();
  await board.history(shop, week);
  strictEqual(counts.histories, 4);
});

Deno.test("Board keeps the days of a site for a minute", async () => {
  const { board, counts, clock } = new Asked();
  const sites = ["a", "b"].map((site) => ({ site, location: "default" }));
  await board.days(sites);
  await board.days([...sites, { site: "c", location: "default" }]);
  strictEqual(counts.daily, 3);
  clock.advance(UPTIMES_FRESH_MS + 1);
  await board.days(sites);
  strictEqual(counts.daily, 5);
});

Deno.test("Board tells of a site that turned, of one that is gone, and of a store that is silent", async () => {
  const asked = new Asked();
  const { board } = asked;
  const news: News[] = [];
  const unwatch = board.watch((one) => news.push(one));
  await board.refresh();
  const down = aDetailedStatus({ outcome: "down", reason: "dns", checkedAt: new Date(1) });
  asked.changes = { cursor: "2", statuses: [down], removed: [] };
  await board.refresh();
  await board.refresh();
  asked.changes = { cursor: "3", statuses: [], removed: [down] };
  await board.refresh();
  asked.isSilent = true;
  await board.refresh();
  await board.refresh();
  asked.isSilent = false;
  asked.changes = { cursor: "4", statuses: [], removed: [] };
  await board.refresh();
  unwatch();
  asked.isSilent = true;
  await board.refresh();
  deepStrictEqual(
    news.map(({ checked, turned, isOther }) => [checked.length, turned.length, isOther]),
    [[1, 1, false], [1, 1, false], [0, 0, true], [0, 0, true], [0, 0, true]],
  );
  deepStrictEqual((await board.view()).statuses, []);
});

Deno.test("eventStream() lets go of a reader that takes nothing", async () => {
  const asked = new Asked();
  const { signal } = new AbortController();
  const { body } = eventStream(asked.board, { clock: asked.clock, signal });
  strictEqual(asked.board.watcherCount, 1);
  for (let round = 0; round < 200; round++) {
    const checkedAt = new Date(round);
    asked.changes = { cursor: `${round}`, statuses: [aDetailedStatus({ checkedAt })], removed: [] };
    await asked.board.refresh();
  }
  strictEqual(asked.board.watcherCount, 0);
  await body!.cancel();
});

Deno.test("eventText() is one event, whatever a site is called", () => {
  const status = aDetailedStatus({ site: "a\n\ndata: b\r\u2028", outcome: "down" });
  const text = eventText({ checked: [status], turned: [status], isOther: false });
  deepStrictEqual(text.match(/[\n\r]/g), ["\n", "\n"]);
  ok(JSON.parse(text.slice("data: ".length)).news[0].includes("is down"));
});
