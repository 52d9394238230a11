import { queriesContract } from "../../contract/queries_contract.ts";
import { openSqliteStore } from "./sqlite_tables.ts";

queriesContract("SqliteQueries", openSqliteStore);
