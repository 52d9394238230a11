import { PostgresQueries } from "../../../src/status/postgres/postgres_queries.ts";
import { queriesContract } from "../../contract/queries_contract.ts";
import { serviceTest } from "../../services/with_services.ts";
import { openStore } from "./opened_store.ts";

queriesContract("PostgresQueries", async () => {
  const { store, options, session, close } = await openStore();
  const queries = new PostgresQueries({ connection: options });
  return {
    store,
    queries,
    sql: (text) => session.query(text),
    async close() {
      await queries.close();
      await close();
    },
  };
}, serviceTest("postgres"));
