/** The tables of a SQLite store in the form of the contract suite. */
import { DatabaseSync } from "node:sqlite";
import { sqliteParts } from "../../../src/status/sqlite/sqlite_parts.ts";
import type { StoreParts } from "../../../src/status/store_parts.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import type { OpenedStore, Row, Tables } from "../../contract/store_contract.ts";

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
): Promise<OpenedStore & { path: string; parts: StoreParts }> {
  const folder = await Deno.makeTempDir({ prefix: "sitemon-store-" });
  const path = `${folder}/status.db`;
  const parts = sqliteParts({ path }, { clock });
  const store = parts.status();
  await store.migrate();
  return {
    store,
    parts,
    path,
    tables: () => Promise.resolve(dumpTables(path)),
    setHorizon(notBefore) {
      using db = new DatabaseSync(path);
      db.prepare("UPDATE history_horizon SET not_before = ?").run(notBefore.getTime() * 1_000);
      return Promise.resolve();
    },
    async close() {
      await store.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
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
