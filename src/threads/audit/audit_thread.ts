/** A thread for `sitemon audit`: compares what producers gave with what whichever store there is has. */
import { systemClock as clock } from "../../runtime/clock.ts";
import { serveThread } from "../../runtime/threads/thread.ts";
import type { AuditReader } from "../../status/repair/audit_reader.ts";
import { auditTwice } from "../../status/repair/audit_twice.ts";
import { readPostgresAudit } from "../../status/postgres/postgres_audit.ts";
import { readSqliteAudit } from "../../status/sqlite/sqlite_audit.ts";
import type { StatusesSetup } from "../statuses/statuses_thread.ts";

export interface AuditSetup {
  readonly store: StatusesSetup;
  /** Only what was recorded since, in microseconds since 1970. */
  readonly sinceMicros?: number;
}

serveThread<AuditSetup>({
  onUncaught: "fail",
  async start({ store, ...options }, { result }) {
    const read = <T>(work: (reader: AuditReader) => Promise<T>) =>
      store.store === "postgres"
        ? readPostgresAudit(store.connection, work)
        : readSqliteAudit(store.path, work);
    result(await auditTwice({ ...options, read, clock }));
    return { stop: () => Promise.resolve() };
  },
});
