import { alertsContract } from "../../contract/alerts_contract.ts";
import { alertsCrashContract } from "../../contract/alerts_crash_contract.ts";
import { alertsHistoryContract } from "../../contract/alerts_history_contract.ts";
import { deciderContract } from "../../contract/decider_contract.ts";
import { incidentsContract } from "../../contract/incidents_contract.ts";
import { maintenanceContract } from "../../contract/maintenance_contract.ts";
import { notifierContract } from "../../contract/notifier_contract.ts";
import { pastContract } from "../../contract/past_contract.ts";
import { queriesContract } from "../../contract/queries_contract.ts";
import { slaContract } from "../../contract/sla_contract.ts";
import { storeContract } from "../../contract/store_contract.ts";
import { uptimeContract } from "../../contract/uptime_contract.ts";
import { writerSchemasContract } from "../../contract/writer_schemas_contract.ts";
import { serviceTest } from "../../services/with_services.ts";
import { type OpenedPostgresStore, openStore } from "./opened_store.ts";

const register = serviceTest("postgres");
storeContract("PostgresStore", openStore, { register });
queriesContract("PostgresQueries", openStore, register);
maintenanceContract("PostgresMaintenance", openStore, register);
uptimeContract("PostgresStore", openStore, { register });
incidentsContract("PostgresQueries", openStore, register);
pastContract("PostgresQueries", openStore, register);
alertsContract("PostgresAlerts", openStore, register);
writerSchemasContract("PostgresWriterSchemas", openStore, register);
alertsCrashContract("PostgresAlerts", {
  open: openStore,
  addressOf: (opened) => ({ kind: "postgres", ...(opened as OpenedPostgresStore).options }),
}, register);
alertsHistoryContract("PostgresAlerts", openStore, { register });
slaContract("PostgresStore", openStore, { register });
deciderContract("Decider on PostgreSQL", openStore, register);
notifierContract("Notifier on PostgreSQL", openStore, register);
