import { queriesContract } from "../../contract/queries_contract.ts";
import { serviceTest } from "../../services/with_services.ts";
import { openStore } from "./opened_store.ts";

queriesContract("PostgresQueries", openStore, serviceTest("postgres"));
