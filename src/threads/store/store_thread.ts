/** The store thread of `sitemon run`: takes rows from the outbox and applies them to a SQLite file. */
import { OutboxClient } from "../../outbox/thread/outbox_client.ts";
import { Relay, STEP_MS_MAX } from "../../outbox/relay.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { Deadline } from "../../runtime/deadline.ts";
import { serveThread } from "../../runtime/threads/thread.ts";
import { openTracer } from "../../runtime/telemetry/tracer.ts";
import { IngestTraces } from "../../status/ingest/ingest_trace.ts";
import { keepHistory } from "../../status/repair/purge_history.ts";
import { migrateWhenPossible } from "../../status/ingest/migrate_when_possible.ts";
import { SqliteStore } from "../../status/sqlite/sqlite_store.ts";
import { SqliteUpkeep } from "../../status/sqlite/sqlite_upkeep.ts";
import { StorePublisher } from "../../status/ingest/store_publisher.ts";

export interface StoreSetup {
  readonly path: string;
  /** How long reports are kept. */
  readonly keepMs: number;
  /** Makes spans for OpenTelemetry. */
  readonly isTraced: boolean;
}

serveThread<StoreSetup>({
  onUncaught: "fail",
  progressMaxMs: STEP_MS_MAX,
  async start({ path, keepMs, isTraced }, { name: thread, telemetry, progress, fail }) {
    const tracer = await openTracer(isTraced);
    const source = new OutboxClient();
    const store = new SqliteStore({ path, clock });
    const upkeep = new SqliteUpkeep({ path, clock });
    const publisher = new StorePublisher({
      store,
      clock,
      telemetry,
      thread,
      ...(tracer &&
        { traces: new IngestTraces({ tracer, destination: "outbox" }) }),
    });
    const relay = new Relay({
      source,
      publisher,
      dependency: "store",
      clock,
      telemetry,
      onStep: progress,
    });
    const stopping = new AbortController();
    const work = async () => {
      const { signal } = stopping;
      const ready = {
        migrate: () => store.migrate().then(() => upkeep.prepare(keepMs)),
      };
      if (await migrateWhenPossible(ready, { dependency: "store", clock, telemetry, signal })) {
        const kept = keepHistory(upkeep, { keepMs, clock, telemetry, signal });
        await Promise.all([relay.run(signal), kept]);
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
        await publisher.close();
      },
    };
  },
});
