// Goal: the oracle sees each breach, in both stores, and none in a store that is right.
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { onStore, type OpenedStore } from "../contract/opened_store.ts";
import { aReport, NOON, PRODUCERS, SECOND } from "../contract/site_reports.ts";
import { serviceTest } from "../services/with_services.ts";
import { openStore } from "../status/postgres/opened_store.ts";
import { openSqliteStore } from "../status/sqlite/sqlite_tables.ts";
import { broken, POSTGRES, SQLITE } from "./oracle.ts";

const [PRODUCER] = PRODUCERS;
const ACCOUNTED = "Everything stored is accounted for";
const STORED = "Nothing is there that was never stored";
const STATUS = "Each status is the newest report";
const TRANSITIONS = "Transitions are the changes of outcome in the history";
const ROLLUP = "The rollup is the sum of the history";
const DAYS = "Days are the sum of their hours";

const BREACHES: readonly [when: string, sql: string, promises: string[]][] = [
  ["nothing is wrong", "SELECT 1", []],
  [
    "a report is lost",
    "DELETE FROM site_report WHERE sequence = 4",
    [ACCOUNTED, TRANSITIONS, ROLLUP],
  ],
  ["a gap goes further than what was stored", "UPDATE producer_gap SET last = 9", [STORED]],
  ["a status is old", "UPDATE site_status SET sequence = 4", [STATUS]],
  ["a status is missing", "DELETE FROM site_status", [STATUS]],
  ["a transition is missing", "DELETE FROM site_transition WHERE sequence = 2", [TRANSITIONS]],
  [
    "a transition comes from elsewhere",
    "UPDATE site_transition SET from_outcome = 'degraded' WHERE sequence = 4",
    [TRANSITIONS],
  ],
  ["a report counts twice", "UPDATE site_hour SET up = up + 1", [ROLLUP]],
  ["time counts twice", "UPDATE site_hour SET down_ms = down_ms + 500", [ROLLUP]],
  ["a day is not what its hours are", "UPDATE site_day SET up_ms = up_ms + 500", [DAYS]],
];

/** Seven sequences: a gap, a dead letter, and five reports with a change of outcome and back. */
async function fill({ store }: OpenedStore): Promise<void> {
  const outcomes = ["up", "down", "inconclusive", "up", "up"] as const;
  await store.apply({
    reports: outcomes.map((outcome, index) =>
      aReport({
        sequence: index + 1,
        recorded_at: NOON + index * SECOND,
        outcome,
        reason: outcome === "up" ? null : "status",
        next_check_ms: 5_000_000,
      })
    ),
    gaps: [{ producer_id: PRODUCER, first: 6, last: 6, count: 1, reason: "coalesced" }],
    deadLetters: [{
      ...{ topic: "topic", partition: 0, offset: 0, timestampMs: 0, key: null, value: null },
      ...{ reason: "invalid", detail: "", sitemonId: `${PRODUCER}/7` },
    }],
  });
}

const STORES = [
  {
    dialect: POSTGRES,
    test: onStore("broken() in PostgreSQL", openStore, serviceTest("postgres")),
  },
  { dialect: SQLITE, test: onStore("broken() in SQLite", openSqliteStore) },
];

for (const { dialect, test } of STORES) {
  /** The promises that are broken, when the producer has stored so many reports. */
  const promises = async (opened: OpenedStore, last = 7) => {
    const produced = [{ producerId: PRODUCER, last }];
    const sentences = await broken((sql) => opened.sql(sql), dialect, produced);
    return sentences.map((sentence) => sentence.split(", but ")[0]!);
  };
  for (const [when, sql, expected] of BREACHES) {
    test(`names what does not hold when ${when}`, async (opened) => {
      await fill(opened);
      await opened.sql(sql);
      deepStrictEqual(await promises(opened), expected);
    });
  }

  test("misses a report that never arrived, and one too many", async (opened) => {
    await fill(opened);
    deepStrictEqual(await promises(opened, 8), [ACCOUNTED]);
    strictEqual((await promises(opened, 4))[0], STORED);
  });
}
