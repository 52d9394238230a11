/** The store thread of `sitemon run`: owns the outbox, and applies its rows to the store beside it. */
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
import { StorePublisher } from "../../status/ingest/store_publisher.ts";
import type { IngestSetup } from "../connections.ts";
import { type OutboxSetup, ownedOutbox } from "../outbox/owned_outbox.ts";

export interface StoreSetup extends IngestSetup {
  readonly outbox: OutboxSetup;
}

serveThread<StoreSetup>({
  onUncaught: "fail",
  progressMaxMs: STEP_MS_MAX,
  async start({ outbox: outboxSetup, store: address, retentionMs, isTraced }, context) {
    const { name, telemetry, progress, fail } = context;
    const tracer = await openTracer(isTraced);
    const trace = tracer && ingestTracer({ tracer, destination: "outbox" });
    const outbox = ownedOutbox(outboxSetup, telemetry);
    const source = new OutboxClient();
    const channel = new MessageChannel();
    outbox.addRelay(channel.port1);
    source.connect(channel.port2);
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
      link: (_role, port) => outbox.addScanner(port),
      async stop(deadlineMs) {
        using limit = new Deadline(clock, deadlineMs);
        stopping.abort();
        await worked;
        await relay.flush(limit.signal);
        source.close();
        outbox.close();
        // What reads the file first: the last one to close it leaves one file.
        await queries.close();
        await publisher.close();
      },
    };
  },
});
