// People copy what docs/sql.md says; each query of it has to run, in both stores.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { CHUNK_REPORTS_MAX, type StatusStore } from "../../src/status/store.ts";
import { aReport, chunk, DAY, HOUR, MINUTE } from "../contract/site_reports.ts";
import { postgresTest } from "./postgres/opened_store.ts";
import { openSqliteStore } from "./sqlite/sqlite_tables.ts";

const DOCUMENT = Deno.readTextFileSync(new URL("../../docs/sql.md", import.meta.url));
const QUERIES = [...DOCUMENT.matchAll(/^```sql\n(.*?)^```/gms)].map(([, sql]) => sql!);
const VIEWS = ["site_current", "site_uptime", "site_latency", "site_incident", "site_sla"];

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
  const [, section] = /^## Views and tables$([^]*?)^## /m.exec(DOCUMENT)!;
  const named = [...section!.matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name!);
  deepStrictEqual(named.sort(), rows.map(({ name }) => name));
});

/** The columns of a table or view as the document has them: `name type`, sorted. */
function documented(relation: string): string[] {
  const [, section] = new RegExp(`^### ${relation}$([^]*?)^##`, "m").exec(DOCUMENT)!;
  const rows = [...section!.matchAll(/^\| (`.*?`) +\| (\w[\w ]*?) +\| /gm)];
  return rows.flatMap(([, names, type]) =>
    [...names!.matchAll(/`(\w+)`/g)].map(([, name]) => `${name} ${type}`)
  ).sort();
}

postgresTest("docs/sql.md has every column with its type, and no others", async (opened) => {
  const rows = await opened.session.query<{ relation: string; columns: string[] }>(
    `SELECT t.table_name AS relation, array_agg(concat(c.column_name, ' ', CASE c.data_type
        WHEN 'integer' THEN 'int' WHEN 'double precision' THEN 'float8'
        WHEN 'timestamp with time zone' THEN 'timestamptz'
        WHEN 'timestamp without time zone' THEN 'timestamp' ELSE c.data_type END,
        CASE WHEN t.table_type = 'BASE TABLE' AND c.is_nullable = 'YES' THEN ' or null' END
      )::text) AS columns
    FROM information_schema.tables t JOIN information_schema.columns c USING (table_schema, table_name)
    WHERE table_schema = current_schema() AND t.table_name !~ '^site_report_' GROUP BY 1`,
  );
  strictEqual(rows.length, [...DOCUMENT.matchAll(/^### /gm)].length);
  for (const { relation, columns } of rows) {
    deepStrictEqual(documented(relation), columns.sort(), relation);
  }
});

Deno.test("docs/sql.md has the columns of SQLite, but those that it says are named otherwise", async () => {
  await using opened = await openSqliteStore();
  const relations = [...DOCUMENT.matchAll(/^### (\w+)$/gm)].map(([, name]) => name!);
  for (const relation of relations.filter((name) => name !== "schema_migration")) {
    const rows = await opened.sql(`SELECT name FROM pragma_table_xinfo('${relation}')`);
    const names = rows.map(({ name }) => name as string);
    for (const column of documented(relation).map((text) => text.split(" ")[0]!)) {
      const other = { duration: "duration_seconds", only_row: "id" }[column] ?? column;
      ok(names.includes(other), `${relation}.${other}`);
      if (other !== column) ok(DOCUMENT.includes(`\`${other}\` in SQLite`), other);
    }
  }
});
