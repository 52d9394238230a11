/** The parts of a store: everything that a thread may ask of it, whichever store it is. */
import type { Clock } from "../runtime/clock.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import type { AlertRecords, AlertStore } from "./alert_store.ts";
import type { DeadLetters } from "./dead_letters.ts";
import type { StatusMaintenance } from "./maintenance.ts";
import type { StatusQueries } from "./queries.ts";
import type { AuditReader } from "./repair/audit_reader.ts";
import type { StatusStore } from "./store.ts";
import type { WriterSchemaStore } from "./writer_schemas.ts";

/** What every part works with. */
export interface StoreContext {
  readonly clock: Clock;
  /** Learns whether the store can be used. */
  readonly telemetry?: Telemetry;
}

/**
 * Opens the parts. Each of them connects at its first call, independently of the others, and has to
 * be closed by its user. `queries` only reads, so a read-only role or file is enough for it.
 */
export interface StoreParts {
  /** What readiness calls the store. */
  readonly dependency: "postgres" | "store";
  status(): StatusStore;
  queries(): StatusQueries;
  maintenance(): StatusMaintenance;
  deadLetters(): DeadLetters;
  alertStore(): AlertStore;
  /** Reads with a read-only role or file, too. */
  alertRecords(): AlertRecords;
  writerSchemas(): WriterSchemaStore;
  /** Calls `work` with a reader of one snapshot. Rejects with the errors of store.ts. */
  audit<T>(work: (reader: AuditReader) => Promise<T>): Promise<T>;
}
