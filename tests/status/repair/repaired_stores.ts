/** Both stores, for the tests of replay and audit. */
import { onStore, type OpenedStore } from "../../contract/opened_store.ts";
import { serviceTest } from "../../services/with_services.ts";
import { openStore } from "../postgres/opened_store.ts";
import { openSqliteStore } from "../sqlite/sqlite_tables.ts";

/** Registers a test once for each kind of store. */
export function storeTest(does: string, test: (opened: OpenedStore) => Promise<void>): void {
  onStore("SQLite:", openSqliteStore)(does, test);
  onStore("PostgreSQL:", openStore, serviceTest("postgres"))(does, test);
}
