/** A thread for `sitemon audit`: compares the sequences that producers gave with what the store holds. */
import { systemClock as clock } from "../../runtime/clock.ts";
import { serveTask } from "../../runtime/threads/thread.ts";
import { openStore, type StoreAddress } from "../../status/open_store.ts";
import type { AuditReader } from "../../status/repair/audit_reader.ts";
import { auditTwice } from "../../status/repair/audit_twice.ts";

export interface AuditSetup {
  readonly store: StoreAddress;
  /** Only what was recorded since, in microseconds since 1970. */
  readonly sinceMicros?: number;
}

serveTask<AuditSetup>(async ({ store, ...options }, { result }) => {
  const { audit } = await openStore(store, { clock });
  const read = <T>(work: (reader: AuditReader) => Promise<T>) => audit(work);
  result(await auditTwice({ ...options, read, clock }));
});
