/** The tables of a SQLite store in the form of the contract suite. */
import { DatabaseSync } from "node:sqlite";
import { sqliteParts } from "../../../src/status/sqlite/sqlite_parts.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { opened, type OpenedStore, type Row, type Tables } from "../../contract/opened_store.ts";

const KEYS: Record<keyof Tables, string> = {
  site_status: "site, location",
  site_report: "producer_id, sequence, checked_at",
  site_transition: "site, location, order_at, producer_id, sequence",
  site_hour: "site, location, hour",
  site_day: "site, location, day",
  producer_gap: "producer_id, first, last",
  dead_letter: "number",
};

/** Every table of the file at `path`. */
export function dumpTables(path: string): Tables {
  using db = new DatabaseSync(path, { readOnly: true });
  const tables = Object.entries(KEYS).map(([table, key]) => [
    table,
    db.prepare(`SELECT * FROM ${table} ORDER BY ${key}`).all().map(comparable),
  ]);
  return Object.fromEntries(tables);
}

/** A new store in a folder of its own, which goes with it. */
export async function openSqliteStore(
  clock = systemClock,
): Promise<OpenedStore & { path: string }> {
  const folder = await Deno.makeTempDir({ prefix: "sitemon-store-" });
  const path = `${folder}/status.db`;
  const sql = (text: string) => {
    using db = new DatabaseSync(path, { timeout: 5_000 });
    return Promise.resolve(db.prepare(text).all());
  };
  const apart = {
    sql,
    tables: () => Promise.resolve(dumpTables(path)),
    setHorizon: async (notBefore: Date) =>
      void await sql(`UPDATE history_horizon SET not_before = ${notBefore.getTime() * 1_000}`),
  };
  const remove = () => Deno.remove(folder, { recursive: true });
  return { path, ...await opened(sqliteParts({ path }, { clock }), apart, remove) };
}

const BOOLEANS = ["pattern_match", "truncated"];

function comparable(row: Record<string, unknown>): Row {
  const kept = Object.entries(row).filter(([column]) => {
    return column !== "changed_in" && !column.startsWith("total_");
  });
  const cells = kept.map(([column, value]) => {
    if (value instanceof Uint8Array) return [column, value.toHex()];
    return [column, BOOLEANS.includes(column) && value !== null ? value === 1 : value];
  });
  return Object.fromEntries(cells);
}
