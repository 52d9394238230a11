// A file of an older version must end as a new one does, with what it held.
import { deepStrictEqual, match } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { migrate } from "../../../../src/status/sqlite/migrations/migrations.ts";
import {
  addReportColumn,
  MIGRATIONS,
} from "../../../../src/status/sqlite/migrations/migrations.ts";
import { chunk, FULL_REPORT } from "../../../contract/site_reports.ts";
import { openSqliteStore } from "../sqlite_tables.ts";

function shapeOf(db: DatabaseSync): unknown[] {
  return db.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").all();
}

Deno.test("migrate() brings a file of every version to the newest", () => {
  using fresh = new DatabaseSync(":memory:");
  migrate(fresh);
  for (let version = 1; version < MIGRATIONS.length; version++) {
    using old = new DatabaseSync(":memory:");
    for (const step of MIGRATIONS.slice(0, version)) old.exec(step);
    old.exec(`PRAGMA user_version = ${version}`);
    migrate(old);
    deepStrictEqual(shapeOf(old), shapeOf(fresh), `from version ${version}`);
  }
});

Deno.test("addReportColumn() adds what reports of a later version fill", async () => {
  await using opened = await openSqliteStore();
  const fields = ["snippet", "body_bytes"] as const;
  await opened.store.apply(chunk([FULL_REPORT]));
  const before = await opened.tables();
  await opened.store.close();
  for (const field of fields) {
    await opened.sql(`ALTER TABLE site_report DROP COLUMN ${field}`);
    await opened.sql(addReportColumn(field));
  }
  await opened.sql("DELETE FROM site_report");
  await opened.store.apply(chunk([FULL_REPORT]));
  deepStrictEqual((await opened.tables()).site_report, before.site_report);
  match(addReportColumn("labels"), /^ALTER TABLE site_status ADD COLUMN labels TEXT;\n/);
});

Deno.test("migrate() adds up the hours that were kept before there were days", () => {
  using db = new DatabaseSync(":memory:");
  db.exec(MIGRATIONS[0]!);
  db.exec("PRAGMA user_version = 1");
  const insert = db.prepare(
    `INSERT INTO site_hour VALUES ('shop', 'default', ?, ${Array(3).fill(0)}, 1, ?, 0, 7, 0,
      ${Array(12).fill(0)})`,
  );
  const hours = [["2026-01-14T23:00Z", 5], ["2026-01-15T00:00Z", 10], ["2026-01-15T23:00Z", 20]];
  for (const [hour, upMs] of hours) insert.run(Date.parse(hour as string) * 1_000, upMs!);
  migrate(db);
  deepStrictEqual(
    db.prepare("SELECT day, up_ms, down_ms FROM site_day ORDER BY day").all()
      .map((row) => ({ ...row })),
    [{ day: "2026-01-14", up_ms: 5, down_ms: 7 }, { day: "2026-01-15", up_ms: 30, down_ms: 14 }],
  );
});

Deno.test("migrate() keeps the dead letters that were set aside without a number", () => {
  using db = new DatabaseSync(":memory:");
  for (const step of MIGRATIONS.slice(0, 3)) db.exec(step);
  db.exec("PRAGMA user_version = 3");
  const insert = db.prepare(
    "INSERT INTO dead_letter VALUES ('sites', 0, ?, 1000, ?, 'undecodable', '', NULL, ?, NULL)",
  );
  insert.run(1, 2_001, Uint8Array.of(7));
  insert.run(2, 2_000, null);
  migrate(db);
  deepStrictEqual(
    db.prepare(`SELECT number, "offset", value FROM dead_letter ORDER BY number`).all()
      .map(({ number, offset, value }) => [number, offset, value]),
    [[1, 2, null], [2, 1, Uint8Array.of(7)]],
  );
});
