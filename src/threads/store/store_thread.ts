/** The store thread of `sitemon run`: takes rows from the outbox and applies them to its store. */
import { OutboxClient } from "../../outbox/thread/outbox_client.ts";
import { Relay, STEP_MS_MAX } from "../../outbox/relay.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { Deadline } from "../../runtime/deadline.ts";
import { serveThread } from "../../runtime/threads/thread.ts";
import { openTracer } from "../../runtime/telemetry/tracer.ts";
import { ingestTracer } from "../../status/ingest/ingest_tracer.ts";
import { purgeHistory } from "../../status/repair/purge_history.ts";
import { StoreRetry } from "../../status/ingest/store_retry.ts";
import { countSites } from "../../status/read/count_sites.ts";
import { openStore } from "../../status/open_store.ts";
import type { IngestSetup } from "../connections.ts";
import { StorePublisher } from "../../status/ingest/store_publisher.ts";

serveThread<IngestSetup>({
  onUncaught: "fail",
  progressMaxMs: STEP_MS_MAX,
  async start({ store: address, retentionMs, isTraced }, { name, telemetry, progress, fail }) {
    const tracer = await openTracer(isTraced);
    const trace = tracer && ingestTracer({ tracer, destination: "outbox" });
    const source = new OutboxClient();
    const parts = await openStore(address, { clock });
    const { dependency } = parts;
    const [store, maintenance, queries] = [parts.status(), parts.maintenance(), parts.queries()];
    const options = { store, clock, telemetry, thread: name, ...(trace && { trace }) };
    const publisher = new StorePublisher(options);
    const relay = new Relay({ source, publisher, dependency, clock, telemetry, onStep: progress });
    const stopping = new AbortController();
    const { signal } = stopping;
    const work = async () => {
      const prepare = () => store.migrate().then(() => maintenance.prepare(retentionMs));
      if (await new StoreRetry({ dependency, clock, telemetry }).run(prepare, signal)) {
        const purged = purgeHistory(maintenance, { retentionMs, clock, telemetry, signal });
        const counted = countSites(queries, { clock, telemetry, signal });
        await Promise.all([relay.run(signal), purged, counted]);
      }
    };
    const worked = work().catch(fail);
    return {
      link: (_role, port) => source.connect(port),
      async stop(deadlineMs) {
        using limit = new Deadline(clock, deadlineMs);
        stopping.abort();
        await worked;
        await relay.flush(limit.signal);
        source.close();
        // What reads the file first: the last one to close it leaves one file.
        await queries.close();
        await publisher.close();
      },
    };
  },
});
