import { storeContract } from "../../contract/store_contract.ts";
import { serviceTest } from "../../services/with_services.ts";
import { openStore } from "./opened_store.ts";

storeContract("PostgresStore", () => openStore(), { register: serviceTest("postgres") });
