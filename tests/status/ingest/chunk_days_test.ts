// Very many partitions in one transaction would use up the locks of the whole server.
import fc from "../../support/random_runs.ts";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { CHUNK_DAYS_MAX, type Entry, withinDays } from "../../../src/status/ingest/entry.ts";
import { EntryWriter } from "../../../src/status/ingest/entry_writer.ts";
import { aReport, DAY, NOON } from "../../contract/site_reports.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { FailingStore } from "./failing_store.ts";
import { aMessage } from "./ingest_fixture.ts";
import { openSqliteStore } from "../sqlite/sqlite_tables.ts";
import { silent } from "../../scanner/sites.ts";

const message = aMessage(0);

function entryOf(day: number): Entry {
  return { message, kind: "report", report: aReport({ recorded_at: NOON - day * DAY }) };
}

function daysOf(entries: readonly Entry[]): number {
  return new Set(
    entries.map((entry) => entry.kind === "report" && Math.floor(entry.report.checked_at / DAY)),
  ).size;
}

Deno.test("withinDays() leaves whole what spans as many days as are allowed", () => {
  const entries = Array.from({ length: 900 }, (_, index) => entryOf(index % CHUNK_DAYS_MAX));
  deepStrictEqual(withinDays(entries), [entries]);
  deepStrictEqual(withinDays([]), [[]]);
});

Deno.test("withinDays() divides what spans one day more", () => {
  const entries = Array.from({ length: CHUNK_DAYS_MAX + 1 }, (_, day) => entryOf(day));
  deepStrictEqual(withinDays(entries), [entries.slice(0, -1), entries.slice(-1)]);
});

Deno.test("withinDays() keeps every entry and the order, and every part within the bound", () => {
  fc.assert(fc.property(fc.array(fc.nat({ max: 200 }), { maxLength: 300 }), (days) => {
    const entries = days.map(entryOf);
    const parts = withinDays(entries);
    deepStrictEqual(parts.flat(), entries);
    for (const part of parts) ok(daysOf(part) <= CHUNK_DAYS_MAX);
  }));
});

Deno.test("withinDays() counts no day for what is no report", () => {
  const gap = { producer_id: "p", first: 1, last: 1, count: 1, reason: "coalesced" };
  const entry: Entry = { message, kind: "gap", gap };
  strictEqual(withinDays(Array(500).fill(entry)).length, 1);
});

Deno.test("EntryWriter.write() applies very many days in several transactions", async () => {
  await using opened = await openSqliteStore();
  const store = new FailingStore(opened.store);
  const writer = new EntryWriter({ store, clock: new FakeClock(), telemetry: silent, thread: "t" });
  await writer.write(Array.from({ length: 300 }, (_, day) => entryOf(day)));
  deepStrictEqual(store.taken.map(({ reports }) => reports.length), [...Array(9).fill(32), 12]);
});
