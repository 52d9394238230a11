/** What every status store promises, whatever it is made of. */
import fc, { runs } from "../support/random_runs.ts";
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { HISTORY_FIELDS } from "../../src/report/fields.ts";
import type { SiteReport } from "../../src/report/report.ts";
import { keyOf } from "../../src/status/queries.ts";
import { LATENCY_BOUNDS_MS, latencyColumn } from "../../src/status/read/latency_buckets.ts";
import {
  type Applied,
  CHUNK_REPORTS_MAX,
  RowRejectedError,
  type StatusStore,
} from "../../src/status/store.ts";
import { onStore, type OpenedStore, type Register, type Row } from "./opened_store.ts";
import {
  aDeadLetter,
  aReport,
  byOrder,
  chunk,
  DAY,
  FULL_REPORT,
  histories,
  HOUR,
  MINUTE,
  NOON,
  nthReport,
  PRODUCERS,
  SECOND,
  V1_REPORT,
} from "./site_reports.ts";

export interface ContractOptions {
  /** Histories that are tried in arrival out of order; each opens two stores. */
  readonly propertyRuns?: number;
  /** Registers a test in place of `Deno.test`, as stores do that need a service. */
  readonly register?: Register;
}

const NOTHING: Applied = { applied: 0, duplicate: 0, stale: 0, expired: 0, dead: 0 };

/** The chosen columns of rows, for comparison with what is expected of them. */
function pick(rows: readonly Row[], ...columns: readonly string[]): unknown[][] {
  return rows.map((row) => columns.map((column) => row[column]));
}

const FIELDS = Object.keys(FULL_REPORT) as (keyof SiteReport)[];
const STATUS_FIELDS = FIELDS.filter((field) => !HISTORY_FIELDS.includes(field));

/** These fields of a row as a report has them: each store has its own way to write JSON. */
function keptOf(row: Row, fields: readonly (keyof SiteReport)[]): Record<string, unknown> {
  return Object.fromEntries(fields.map((field) => {
    const cell = row[field];
    const isJson = typeof FULL_REPORT[field] === "object" && typeof cell === "string";
    return [field, isJson ? JSON.parse(cell) : cell];
  }));
}

/** The changes of outcome of a whole history: lag(outcome) over each site, without inconclusive. */
function transitionsOf(history: readonly SiteReport[]): unknown[][] {
  const before = new Map<string, string>();
  const rows = [];
  for (const report of [...history].sort(byOrder)) {
    if (report.outcome === "inconclusive") continue;
    const from = before.get(keyOf(report)) ?? null;
    before.set(keyOf(report), report.outcome);
    if (from !== report.outcome) rows.push({ ...report, from });
  }
  return rows.map((row) => [row.producer_id, row.sequence, row.from, row.outcome]).sort(byText);
}

/** The newest report of each site. */
function newestOf(history: readonly SiteReport[]): unknown[][] {
  const newest = new Map<string, SiteReport>();
  for (const report of [...history].sort(byOrder)) newest.set(keyOf(report), report);
  return [...newest.values()]
    .map((row) => [row.site, row.location, row.producer_id, row.sequence, row.outcome]).sort(
      byText,
    );
}

const COVERED = ["up_ms", "degraded_ms", "down_ms", "inconclusive_ms"];

/** Rows of `site_day`: the site, its day in UTC, and what was covered of it. */
function daysOf(rows: readonly Row[]): unknown[][] {
  return pick(rows, "site", "location", "day", ...COVERED).sort(byText);
}

/** What the days of these hours must be. */
function sumOfHours(hours: readonly Row[]): unknown[][] {
  const days = new Map<string, number[]>();
  for (const row of hours) {
    const day = new Date(Number(row.hour) / 1_000).toISOString().slice(0, 10);
    const key = JSON.stringify([row.site, row.location, day]);
    const before = days.get(key) ?? [0, 0, 0, 0];
    days.set(key, COVERED.map((column, index) => before[index]! + Number(row[column])));
  }
  return [...days].map(([key, sums]) => [...JSON.parse(key), ...sums]).sort(byText);
}

function byText(a: readonly unknown[], b: readonly unknown[]): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

/** A history as it may arrive: shuffled, some of it twice, in chunks of any size. */
const arrivals = histories.chain((history) =>
  fc.record({
    history: fc.constant(history),
    order: fc.shuffledSubarray(history.map((_, index) => index), { minLength: history.length }),
    repeats: fc.array(fc.nat({ max: history.length - 1 }), { maxLength: 5 }),
    chunkSize: fc.integer({ min: 1, max: history.length }),
  })
);

async function applyInChunks(store: StatusStore, reports: readonly SiteReport[], size: number) {
  for (let first = 0; first < reports.length; first += size) {
    await store.apply(chunk(reports.slice(first, first + size)));
  }
}

/** Registers the tests of the contract for one kind of store. */
export function storeContract(
  name: string,
  open: () => Promise<OpenedStore>,
  { propertyRuns = 20, register = Deno.test }: ContractOptions = {},
): void {
  const test = onStore(name, open, register);

  test("apply() changes nothing, when the chunk is empty", async ({ store, tables }) => {
    const before = await tables();
    deepStrictEqual(await store.apply(chunk([])), NOTHING);
    deepStrictEqual(await tables(), before);
  });

  test("apply() counts new, repeated and late reports", async ({ store }) => {
    const [first, second, third] = [nthReport(1), nthReport(2), nthReport(3)];
    deepStrictEqual(await store.apply(chunk([second])), { ...NOTHING, applied: 1 });
    deepStrictEqual(await store.apply(chunk([second])), { ...NOTHING, duplicate: 1 });
    deepStrictEqual(await store.apply(chunk([first])), { ...NOTHING, applied: 1, stale: 1 });
    deepStrictEqual(
      await store.apply(chunk([third, first, third])),
      { ...NOTHING, applied: 1, duplicate: 2 },
    );
  });

  test("apply() keeps all of each report, and shows that of the newest alone", async (opened) => {
    const { store, tables } = opened;
    const { site, location, recorded_at, checked_at } = FULL_REPORT;
    const v1 = { ...V1_REPORT, site, location };
    const later = { recorded_at: recorded_at + 1, sequence: 2 };
    const newer = { ...v1, ...later, pattern: "match", pattern_match: false };
    for (const newest of [v1, FULL_REPORT, newer]) {
      await store.apply(chunk([newest]));
      const { site_report, site_status } = await tables();
      const kept = site_report.filter((row) => row.order_at === newest.recorded_at);
      deepStrictEqual(kept.map((row) => keptOf(row, FIELDS)), [newest]);
      deepStrictEqual(
        site_status.map((row) => keptOf(row, STATUS_FIELDS)),
        kept.map((row) => keptOf(row, STATUS_FIELDS)),
      );
    }
    deepStrictEqual(
      pick((await tables()).site_transition, "order_at", "checked_at", "from_outcome", "reason"),
      [[recorded_at, checked_at, null, "status"]],
    );
  });

  test("apply() leaves every table as it is, when all is replayed", async ({ store, tables }) => {
    const ahead = Date.now() * 1_000 + 2 * HOUR;
    const reports = [
      nthReport(1),
      nthReport(2, { outcome: "down", reason: "dns", response_code: null }),
      nthReport(3, { outcome: "inconclusive", reason: "internal" }),
      nthReport(4, { recorded_at: ahead, checked_at: NOON }),
    ];
    const whole = chunk(reports, {
      gaps: [{ producer_id: PRODUCERS[0], first: 9, last: 11, count: 3, reason: "coalesced" }],
      deadLetters: [aDeadLetter()],
    });
    deepStrictEqual(await store.apply(whole), { ...NOTHING, applied: 4, dead: 1 });
    const before = await tables();
    deepStrictEqual(await store.apply(whole), { ...NOTHING, duplicate: 4 });
    for (const report of reports) await store.apply(chunk([report]));
    deepStrictEqual(await tables(), before);
  });

  register(`${name} apply() ends the same, when reports arrive in another order`, async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async ({ history, order, repeats, chunkSize }) => {
        const [inOrder, shuffled] = [await open(), await open()];
        try {
          await applyInChunks(inOrder.store, [...history].sort(byOrder), history.length);
          const arrived = [...order, ...repeats].map((index) => history[index]!);
          await applyInChunks(shuffled.store, arrived, chunkSize);
          const [expected, actual] = [await inOrder.tables(), await shuffled.tables()];
          deepStrictEqual(actual, expected);
          deepStrictEqual(daysOf(actual.site_day), sumOfHours(actual.site_hour));
          const key = ["producer_id", "sequence", "from_outcome", "outcome"];
          deepStrictEqual(
            pick(actual.site_transition, ...key).sort(byText),
            transitionsOf(history),
          );
          deepStrictEqual(
            pick(actual.site_status, "site", "location", "producer_id", "sequence", "outcome")
              .sort(byText),
            newestOf(history),
          );
        } finally {
          await Promise.all([inOrder.close(), shuffled.close()]);
        }
      }),
      runs(propertyRuns),
    );
  });

  test("apply() keeps the newest by time, producer and sequence", async ({ store, tables }) => {
    const at = { recorded_at: NOON };
    const inOrder = [
      aReport({ recorded_at: NOON - 1, sequence: 900, producer_id: PRODUCERS[2] }),
      aReport({ ...at, sequence: 7, producer_id: PRODUCERS[0] }),
      aReport({ ...at, sequence: 8, producer_id: PRODUCERS[0] }),
      aReport({ ...at, sequence: 2, producer_id: PRODUCERS[1] }),
      aReport({ ...at, sequence: 10, producer_id: PRODUCERS[1] }),
    ];
    for (const report of inOrder) {
      await store.apply(chunk([report]));
      deepStrictEqual(
        pick((await tables()).site_status, "producer_id", "sequence"),
        [[report.producer_id, report.sequence]],
      );
    }
    const before = await tables();
    for (const report of inOrder) await store.apply(chunk([report]));
    deepStrictEqual(await tables(), before);
  });

  test("apply() lets no clock that is ahead freeze a site", async ({ store, tables }) => {
    const before = Date.now() * 1_000;
    await store.apply(chunk([aReport({ recorded_at: before + 300 * DAY, checked_at: NOON })]));
    const after = (Date.now() + 1) * 1_000;
    const orderAt = Number((await tables()).site_report[0]!.order_at);
    // A server's clock and this one may be read a moment apart.
    ok(orderAt >= before - SECOND && orderAt <= after + SECOND, `order_at is ${orderAt}`);
    const next = aReport({ sequence: 2, recorded_at: orderAt + 1, checked_at: NOON + 1 });
    deepStrictEqual(await store.apply(chunk([next])), { ...NOTHING, applied: 1 });
    deepStrictEqual(pick((await tables()).site_status, "sequence"), [[2]]);
  });

  test("apply() counts each report once in its hour", async ({ store, tables }) => {
    const late = { checked_at: NOON - 1 };
    const reports = [
      nthReport(1, { response_time: 10 }),
      nthReport(2, { response_time: 11 }),
      nthReport(3, { outcome: "degraded", reason: "slow", response_time: 10_001 }),
      nthReport(4, { outcome: "down", reason: "dns", response_code: null, response_time: 3 }),
      nthReport(5, { outcome: "inconclusive", reason: "internal", next_check_ms: null }),
      nthReport(6, late),
    ];
    await store.apply(chunk(reports.slice(0, 4)));
    await store.apply(chunk(reports));
    const { site_hour } = await tables();
    const counts = ["hour", "up", "degraded", "down", "inconclusive", "responses"]
      .concat("response_time_sum", "up_ms", "degraded_ms", "down_ms", "inconclusive_ms");
    deepStrictEqual(pick(site_hour, ...counts), [
      [NOON - HOUR, 1, 0, 0, 0, 1, 40, 1, 0, 0, 0],
      [NOON, 2, 1, 1, 1, 4, 10_062, 29_999, 10_000, 10_000, 0],
    ]);
    deepStrictEqual(
      pick(site_hour.slice(1), ...LATENCY_BOUNDS_MS.map(latencyColumn)),
      [[1, 2, 3, 3, 3, 3, 3, 3, 3, 3]],
    );
  });

  test("apply() counts no more than an hour in an hour", async ({ store, tables }) => {
    const half = { next_check_ms: 1_800_000 };
    await store.apply(chunk([nthReport(1, half), nthReport(2, half), nthReport(3, half)]));
    await store.apply(chunk([nthReport(4, { ...half, outcome: "down", reason: "dns" })]));
    await store.apply(chunk([nthReport(5, half)]));
    deepStrictEqual(
      pick((await tables()).site_hour, "hour", "up_ms", "down_ms"),
      [[NOON, 3_600_000, 1_800_000]],
    );
  });

  test("apply() counts what a report covers in every hour until the next check", async (opened) => {
    const { store, tables } = opened;
    const day = { next_check_ms: 86_400_000, checked_at: NOON - MINUTE / 2 - 1 };
    const reports = [
      nthReport(1, { ...day, outcome: "down", reason: "dns", response_code: null }),
      nthReport(2, { checked_at: NOON - 10 * SECOND, next_check_ms: 10_001 }),
    ];
    for (const report of [...reports, ...reports.toReversed()]) await store.apply(chunk([report]));
    const { site_hour, site_day } = await tables();
    deepStrictEqual(
      pick(site_hour, "hour", "down", "responses", "up_ms", "down_ms").slice(0, 3),
      [[NOON - HOUR, 1, 1, 10_000, 30_001], [NOON, 0, 0, 1, 3_600_000], [
        NOON + HOUR,
        0,
        0,
        0,
        3_600_000,
      ]],
    );
    deepStrictEqual(pick(site_hour, "down_ms").at(-1), [3_569_999]);
    deepStrictEqual([site_hour.length, site_day.length], [25, 2]);
    deepStrictEqual(daysOf(site_day), sumOfHours(site_hour));
  });

  test("apply() lets reports from before the horizon touch only the status", async (opened) => {
    const { store, tables } = opened;
    const down = { outcome: "down", reason: "status" } as const;
    await opened.setHorizon(new Date(NOON / 1_000));
    const last = aReport({ checked_at: NOON - 1, recorded_at: NOON });
    deepStrictEqual(await store.apply(chunk([last])), { ...NOTHING, expired: 1 });
    const before = await tables();
    deepStrictEqual(pick(before.site_status, "sequence", "outcome"), [[1, "up"]]);
    const { site_report, site_hour, site_transition } = before;
    deepStrictEqual([site_report, site_hour, site_transition], [[], [], []]);
    strictEqual((await opened.queries.statuses())[0]!.since, null);

    const older = aReport({ ...down, sequence: 2, recorded_at: NOON - DAY });
    deepStrictEqual(await store.apply(chunk([older, last])), { ...NOTHING, expired: 2 });
    deepStrictEqual(await tables(), before);

    const first = aReport({ ...down, sequence: 3, checked_at: NOON, recorded_at: NOON + 1 });
    deepStrictEqual(
      await store.apply(chunk([older, first])),
      { ...NOTHING, applied: 1, expired: 1 },
    );
    deepStrictEqual(pick((await tables()).site_status, "sequence", "outcome"), [[3, "down"]]);
    strictEqual((await tables()).site_report.length, 1);
  });

  test("apply() lets no replay from before the horizon come first again", async (opened) => {
    const { store, tables } = opened;
    await opened.setHorizon(new Date(NOON / 1_000));
    const ahead = Date.now() * 1_000 + DAY;
    const expired = aReport({ checked_at: NOON - 1, recorded_at: ahead });
    const newest = aReport({ sequence: 2, checked_at: NOON, recorded_at: ahead - DAY - MINUTE });
    deepStrictEqual(
      await store.apply(chunk([expired, newest])),
      { ...NOTHING, applied: 1, expired: 1 },
    );
    deepStrictEqual(await store.apply(chunk([expired])), { ...NOTHING, expired: 1 });
    deepStrictEqual(pick((await tables()).site_status, "sequence"), [[2]]);
  });

  test("apply() keeps each gap once, and takes a report in it all the same", async (opened) => {
    const { store, tables } = opened;
    const gap = { producer_id: PRODUCERS[0], first: 5, last: 7, count: 3, reason: "coalesced" };
    const other = { ...gap, producer_id: PRODUCERS[2], reason: "drop_oldest" };
    deepStrictEqual(await store.apply(chunk([], { gaps: [gap, gap] })), NOTHING);
    deepStrictEqual(await store.apply(chunk([], { gaps: [gap, other] })), NOTHING);
    deepStrictEqual(await store.apply(chunk([nthReport(6)])), { ...NOTHING, applied: 1 });
    const { producer_gap, site_status } = await tables();
    deepStrictEqual(
      pick(producer_gap, "producer_id", "first", "last", "reason"),
      [[PRODUCERS[0], 5, 7, "coalesced"], [PRODUCERS[2], 5, 7, "drop_oldest"]],
    );
    deepStrictEqual(pick(site_status, "sequence"), [[6]]);
  });

  test("apply() keeps each dead letter once and whole", async ({ store, tables }) => {
    const deadLetter = aDeadLetter();
    const others = [
      aDeadLetter({ offset: 42, reason: "invalid", value: null, key: Uint8Array.of(1) }),
      aDeadLetter({ partition: 4, reason: "schema", sitemonId: `${PRODUCERS[0]}/7` }),
      aDeadLetter({ topic: "other", reason: "clock", value: new Uint8Array(0) }),
      aDeadLetter({ topic: "other", offset: 42, timestampMs: 0, value: null }),
      aDeadLetter({ topic: "other", offset: 43, timestampMs: Date.UTC(2100, 0, 1), value: null }),
    ];
    const all = chunk([], { deadLetters: [deadLetter, deadLetter, ...others] });
    deepStrictEqual(await store.apply(all), { ...NOTHING, dead: 6 });
    const again = aDeadLetter({ detail: "another sentence", reason: "rejected" });
    deepStrictEqual(await store.apply(chunk([], { deadLetters: [again] })), NOTHING);
    const { dead_letter } = await tables();
    deepStrictEqual(
      pick(dead_letter, "topic", "partition", "reason", "value", "detail").sort(byText),
      [
        ["other", 3, "clock", "", deadLetter.detail],
        ["other", 3, "undecodable", null, deadLetter.detail],
        ["other", 3, "undecodable", null, deadLetter.detail],
        ["sitemon", 3, "invalid", null, deadLetter.detail],
        ["sitemon", 3, "undecodable", "00ff0a", deadLetter.detail],
        ["sitemon", 4, "schema", "00ff0a", deadLetter.detail],
      ],
    );
  });

  test("apply() keeps both dead letters of a place, when its topic was made again", async (opened) => {
    const deadLetters = [
      aDeadLetter(),
      aDeadLetter({ timestampMs: NOON / 1_000 + 1 }),
      aDeadLetter({ value: Uint8Array.of(1) }),
    ];
    for (const dead of [1, 0]) {
      for (const deadLetter of deadLetters) {
        const applied = await opened.store.apply(chunk([], { deadLetters: [deadLetter] }));
        deepStrictEqual(applied, { ...NOTHING, dead });
      }
    }
    strictEqual((await opened.tables()).dead_letter.length, 3);
  });

  test("apply() keeps a dead letter of a megabyte", async ({ store, tables }) => {
    const value = new Uint8Array(1 << 20).fill(0xc3);
    await store.apply(chunk([], { deadLetters: [aDeadLetter({ value })] }));
    strictEqual((await tables()).dead_letter[0]!.value, "c3".repeat(1 << 20));
  });

  test("apply() takes a chunk at its bound", async ({ store, tables }) => {
    const reports = Array.from(
      { length: CHUNK_REPORTS_MAX },
      (_, index) =>
        aReport({ sequence: index + 1, recorded_at: NOON + index, site: `site ${index % 300}` }),
    );
    deepStrictEqual(
      await store.apply(chunk(reports)),
      { ...NOTHING, applied: CHUNK_REPORTS_MAX },
    );
    deepStrictEqual(
      await store.apply(chunk(reports.toReversed())),
      { ...NOTHING, duplicate: CHUNK_REPORTS_MAX },
    );
    const after = await tables();
    strictEqual(after.site_report.length, CHUNK_REPORTS_MAX);
    strictEqual(after.site_status.length, 300);
  });

  test("apply() refuses a chunk over its bound, and changes nothing", async ({ store, tables }) => {
    const reports = Array.from({ length: CHUNK_REPORTS_MAX + 1 }, (_, n) => nthReport(n + 1));
    await rejects(store.apply(chunk(reports)), {
      name: "RangeError",
      message: "the chunk has 1001 reports, more than the limit of 1000",
    });
    deepStrictEqual((await tables()).site_report, []);
  });

  test("apply() takes long texts and those of any script", async ({ store, tables }) => {
    const report = aReport({
      site: "🦕".repeat(100),
      location: "北京 \"'\\{}%_;--\u202e",
      url: `https://shop.example/${"ü".repeat(2_027)}`,
      error_text: "\u{1F512}\n\t\u0001".repeat(204),
      pattern: "\\d+\\u0041 é".repeat(100),
    });
    await store.apply(chunk([report]));
    const columns = ["site", "location", "url", "error_text", "pattern"] as const;
    const expected = [columns.map((column) => report[column])];
    deepStrictEqual(pick((await tables()).site_report, ...columns), expected);
    deepStrictEqual(pick((await tables()).site_status, ...columns), expected);
  });

  test("apply() survives a text with a NUL, which a database may refuse", async ({ store }) => {
    const applying = store.apply(chunk([aReport({ error_text: "be\0fore" })]));
    await applying.catch((error: unknown) => ok(error instanceof RowRejectedError, String(error)));
    deepStrictEqual(await store.apply(chunk([nthReport(2)])), { ...NOTHING, applied: 1 });
  });

  test("apply() changes nothing and stays usable, when a row is refused", async (opened) => {
    const { store, tables } = opened;
    await store.apply(chunk([nthReport(1)]));
    const before = await tables();
    const bad = nthReport(3, { sequence: 1.5 });
    const whole = chunk([nthReport(2), bad, nthReport(4)], { deadLetters: [aDeadLetter()] });
    await rejects(() => store.apply(whole), RowRejectedError);
    deepStrictEqual(await tables(), before);
    deepStrictEqual(await store.apply(chunk([nthReport(2)])), { ...NOTHING, applied: 1 });
  });

  test("migrate() is harmless, when it was done", async ({ store, tables }) => {
    await store.apply(chunk([nthReport(1)]));
    const before = await tables();
    await store.migrate();
    deepStrictEqual(await tables(), before);
    deepStrictEqual(await store.apply(chunk([nthReport(1)])), { ...NOTHING, duplicate: 1 });
  });

  test("close() is harmless, when it was done", async ({ store }) => {
    await store.close();
    await store.close();
  });
}
