// A page of incidents must not cost what all of them would: it blocks the thread that serves pages.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { incidentValues } from "../../../src/status/sql/incident_statements.ts";
import { queryStatements } from "../../../src/status/sql/sql_queries.ts";
import { POSTGRES_QUERIES } from "../../../src/status/postgres/postgres_queries.ts";
import { SQLITE_QUERIES } from "../../../src/status/sqlite/sqlite_queries.ts";
import type { StatusStore } from "../../../src/status/store.ts";
import { aReport, chunk, MINUTE } from "../../contract/site_reports.ts";
import { postgresTest } from "../postgres/opened_store.ts";
import { openSqliteStore } from "../sqlite/sqlite_tables.ts";

const [SITES, INCIDENTS, PAGE] = [10, 40, 5];
/** Reports of an incident: its own two, and what is read to find the first and the newest. */
const READ_PER_INCIDENT = 8;
const VALUES = incidentValues({ since: new Date(0), until: new Date(), limit: PAGE });

/** Each site was down every fourth minute, twice in a row. */
async function fill(store: StatusStore): Promise<void> {
  const start = Date.now() * 1_000 - 4 * INCIDENTS * MINUTE;
  for (let site = 0; site < SITES; site++) {
    await store.apply(chunk(Array.from({ length: 4 * INCIDENTS }, (_, index) =>
      aReport({
        site: `site-${site}`,
        sequence: site * 4 * INCIDENTS + index + 1,
        recorded_at: start + index * MINUTE,
        next_check_ms: 60_000,
        ...(index % 4 < 2 ? { outcome: "down", reason: "status" } as const : {}),
      }))));
  }
}

Deno.test("incidents of a page are all that SQLite reads reports for", async () => {
  await using opened = await openSqliteStore();
  await fill(opened.store);
  using db = new DatabaseSync(opened.path, { readOnly: true });
  let read = 0;
  db.function("counted", (value) => {
    read++;
    return value;
  });
  const columns = db.prepare("SELECT name FROM pragma_table_info('site_report')").all()
    .map(({ name }) => name === "outcome" ? "counted(outcome) AS outcome" : name);
  // A temporary view hides the table of the same name.
  db.exec(`CREATE TEMP VIEW site_report AS SELECT ${columns} FROM main.site_report`);
  const values = Object.fromEntries(VALUES.map((value, index) => [`$${index + 1}`, value]));
  const { text } = queryStatements(SQLITE_QUERIES).incidents;
  const rows = db.prepare(text).all(values as Record<string, string>);
  strictEqual(rows.length, PAGE);
  deepStrictEqual(rows.map(({ duration_ms }) => duration_ms), Array(PAGE).fill(120_000));
  ok(read >= 2 * PAGE && read <= READ_PER_INCIDENT * PAGE, `${read}`);
});

/** A part of a plan that was executed. */
interface Node {
  readonly "Relation Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly Plans?: readonly Node[];
}

function reportsRead(node: Node): number {
  const own = node["Relation Name"]?.startsWith("site_report")
    ? node["Actual Rows"] * node["Actual Loops"]
    : 0;
  return (node.Plans ?? []).reduce((sum, part) => sum + reportsRead(part), own);
}

postgresTest("incidents of a page are all that PostgreSQL reads reports for", async (opened) => {
  await fill(opened.store);
  const { session } = opened;
  await session.query("VACUUM ANALYZE");
  const { text } = queryStatements(POSTGRES_QUERIES).incidents;
  const [row] = await session.query<{ "QUERY PLAN": [{ Plan: Node }] }>(
    `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
    VALUES,
  );
  const read = reportsRead(row!["QUERY PLAN"][0].Plan);
  ok(read >= 2 * PAGE && read <= READ_PER_INCIDENT * PAGE, `${read}`);
});
