import { DatabaseSync } from "node:sqlite";
import { SqliteQueries } from "../../../src/status/sqlite/sqlite_queries.ts";
import { queriesContract } from "../../contract/queries_contract.ts";
import { openSqliteStore } from "./sqlite_tables.ts";

queriesContract("SqliteQueries", async () => {
  const { store, path, close } = await openSqliteStore();
  const queries = new SqliteQueries({ path });
  return {
    store,
    queries,
    sql(text) {
      using db = new DatabaseSync(path, { readOnly: true });
      return Promise.resolve(db.prepare(text).all());
    },
    async close() {
      await queries.close();
      await close();
    },
  };
});
