import { storeContract } from "../../contract/store_contract.ts";
import { openSqliteStore } from "./sqlite_tables.ts";

storeContract("SqliteStore", openSqliteStore, { propertyRuns: 60 });
