// Goal: the oracle sees each breach, in both stores, and none in a store that is right.
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { StatusStore } from "../../src/status/store.ts";
import { aReport, NOON, PRODUCERS, SECOND } from "../contract/site_reports.ts";
import { serviceTest } from "../services/with_services.ts";
import { openStore } from "../status/postgres/opened_store.ts";
import { openSqliteStore } from "../status/sqlite/sqlite_tables.ts";
import { broken, POSTGRES, SQLITE } from "./oracle.ts";

const [PRODUCER] = PRODUCERS;

/** A store that is broken on purpose, and what the oracle says of it. */
interface Judged extends AsyncDisposable {
  execute(sql: string): Promise<void>;
  /** The promises that are broken, when the producer has stored so many reports. */
  broken(last: number): Promise<string[]>;
}

const BREACHES: readonly [name: string, sql: string, promises: string[]][] = [
  ["nothing is wrong", "SELECT 1", []],
  [
    "a report is lost",
    "DELETE FROM site_report WHERE sequence = 4",
    [
      "Everything stored is accounted for",
      "Transitions are the changes of outcome in the history",
      "The rollup is the sum of the history",
    ],
  ],
  [
    "a gap goes further than what was stored",
    "UPDATE producer_gap SET last = 9",
    ["Nothing is there that was never stored"],
  ],
  [
    "a status is old",
    "UPDATE site_status SET sequence = 4",
    ["Each status is the newest report"],
  ],
  ["a status is missing", "DELETE FROM site_status", ["Each status is the newest report"]],
  [
    "a transition is missing",
    "DELETE FROM site_transition WHERE sequence = 2",
    ["Transitions are the changes of outcome in the history"],
  ],
  [
    "a transition comes from elsewhere",
    "UPDATE site_transition SET from_outcome = 'degraded' WHERE sequence = 4",
    ["Transitions are the changes of outcome in the history"],
  ],
  [
    "a report counts twice",
    "UPDATE site_hour SET up = up + 1",
    ["The rollup is the sum of the history"],
  ],
  [
    "time counts twice",
    "UPDATE site_hour SET down_ms = down_ms + 500",
    ["The rollup is the sum of the history"],
  ],
  [
    "a day is not what its hours are",
    "UPDATE site_day SET up_ms = up_ms + 500",
    ["Days are the sum of their hours"],
  ],
];

/** Seven sequences: a gap, a dead letter, and five reports with a change of outcome and back. */
async function fill(store: StatusStore): Promise<void> {
  const outcomes = ["up", "down", "inconclusive", "up", "up"] as const;
  await store.apply({
    reports: outcomes.map((outcome, index) =>
      aReport({
        sequence: index + 1,
        recorded_at: NOON + index * SECOND,
        outcome,
        reason: outcome === "up" ? null : "status",
        interval_ms: 500,
      })
    ),
    gaps: [{ producer_id: PRODUCER, first: 6, last: 6, count: 1, reason: "coalesced" }],
    deadLetters: [{
      topic: "topic",
      partition: 0,
      offset: 0,
      timestampMs: 0,
      reason: "invalid",
      detail: "",
      key: null,
      value: null,
      sitemonId: `${PRODUCER}/7`,
    }],
  });
}

const STORED = 7;

function withoutExamples(sentences: readonly string[]): string[] {
  return sentences.map((sentence) => sentence.split(", but ")[0]!);
}

async function inPostgres(): Promise<Judged> {
  const { store, session, close } = await openStore();
  await fill(store);
  return {
    execute: async (sql) => void await session.query(sql),
    broken: async (last) =>
      withoutExamples(
        await broken((sql) => session.query(sql), POSTGRES, [{ producerId: PRODUCER, last }]),
      ),
    [Symbol.asyncDispose]: close,
  };
}

async function inSqlite(): Promise<Judged> {
  const { store, path, close } = await openSqliteStore();
  await fill(store);
  const db = new DatabaseSync(path);
  const query = (sql: string) => Promise.resolve(db.prepare(sql).all());
  return {
    execute: async (sql) => void await query(sql),
    broken: async (last) =>
      withoutExamples(await broken(query, SQLITE, [{ producerId: PRODUCER, last }])),
    async [Symbol.asyncDispose]() {
      db.close();
      await close();
    },
  };
}

const STORES = [
  { name: "PostgreSQL", test: serviceTest("postgres"), open: inPostgres },
  { name: "SQLite", test: serviceTest(), open: inSqlite },
];

for (const { name, test, open } of STORES) {
  for (const [what, sql, promises] of BREACHES) {
    test(`broken() in ${name} names what does not hold when ${what}`, async () => {
      await using judged = await open();
      await judged.execute(sql);
      deepStrictEqual(await judged.broken(STORED), promises);
    });
  }

  test(`broken() in ${name} misses a report that never arrived, and accuses one too many`, async () => {
    await using judged = await open();
    deepStrictEqual(await judged.broken(STORED + 1), ["Everything stored is accounted for"]);
    strictEqual((await judged.broken(4))[0], "Nothing is there that was never stored");
  });
}
