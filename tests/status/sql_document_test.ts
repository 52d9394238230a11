// People copy what docs/sql.md says; each query of it has to run, in both stores.
import { deepStrictEqual, ok } from "node:assert/strict";
import { CHUNK_REPORTS_MAX, type StatusStore } from "../../src/status/store.ts";
import { aReport, chunk, DAY, HOUR, MINUTE } from "../contract/site_reports.ts";
import { postgresTest } from "./postgres/opened_store.ts";
import { openSqliteStore } from "./sqlite/sqlite_tables.ts";

const DOCUMENT = Deno.readTextFileSync(new URL("../../docs/sql.md", import.meta.url));
const QUERIES = [...DOCUMENT.matchAll(/^```sql\n(.*?)^```/gms)].map(([, sql]) => sql!);
const VIEWS = ["site_current", "site_uptime", "site_latency", "site_incident"];

/** A site that was down for a while, and has a certificate: each query has something to tell. */
async function fill(store: StatusStore): Promise<void> {
  const now = Date.now() * 1_000;
  const reports = Array.from({ length: 90 }, (_, index) =>
    aReport({
      sequence: index + 1,
      recorded_at: now - 2 * HOUR + index * MINUTE,
      certificate_expires_at: now + 30 * DAY,
      ...(index > 30 && index < 50 || index === 89
        ? { outcome: "down", reason: "status" } as const
        : {}),
    }));
  ok(reports.length <= CHUNK_REPORTS_MAX);
  await store.apply(chunk(reports));
}

Deno.test("docs/sql.md has an example for each view", () => {
  for (const view of VIEWS) {
    ok(QUERIES.some((sql) => sql.includes(`FROM ${view}`)), view);
    ok(DOCUMENT.includes(`## ${view}`), view);
  }
});

postgresTest("every query of docs/sql.md tells something in PostgreSQL", async (opened) => {
  await fill(opened.store);
  for (const sql of QUERIES) ok((await opened.session.query(sql)).length > 0, sql);
});

Deno.test("every query of docs/sql.md tells something in SQLite", async () => {
  await using opened = await openSqliteStore();
  await fill(opened.store);
  for (const sql of QUERIES) ok((await opened.sql(sql)).length > 0, sql);
});

postgresTest("docs/sql.md names every table and view, and no others", async (opened) => {
  const rows = await opened.session.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p', 'v') AND NOT relispartition
      AND relnamespace = current_schema()::regnamespace
      AND relname NOT IN ('history_horizon', 'schema_migration') ORDER BY 1`,
  );
  const named = [...DOCUMENT.matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name!);
  deepStrictEqual(named.sort(), rows.map(({ name }) => name));
});
