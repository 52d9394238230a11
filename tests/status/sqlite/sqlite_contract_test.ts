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
import { openSqliteStore } from "./sqlite_tables.ts";

storeContract("SqliteStore", openSqliteStore, { propertyRuns: 60 });
queriesContract("SqliteQueries", openSqliteStore);
maintenanceContract("SqliteMaintenance", openSqliteStore);
uptimeContract("SqliteStore", openSqliteStore, { propertyRuns: 60 });
incidentsContract("SqliteQueries", openSqliteStore);
pastContract("SqliteQueries", openSqliteStore);
alertsContract("SqliteAlerts", openSqliteStore);
writerSchemasContract("SqliteWriterSchemas", openSqliteStore);
alertsCrashContract("SqliteAlerts", {
  open: openSqliteStore,
  addressOf: (opened) => ({ kind: "sqlite", path: (opened as { path?: string }).path! }),
});
alertsHistoryContract("SqliteAlerts", openSqliteStore, { propertyRuns: 100 });
slaContract("SqliteStore", openSqliteStore);
deciderContract("Decider on SQLite", openSqliteStore);
notifierContract("Notifier on SQLite", openSqliteStore);
