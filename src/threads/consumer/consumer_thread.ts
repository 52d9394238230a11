/** A consumer thread: a member of the consumer group, which applies what it reads to the store. */
import { KafkaConsumer, type KafkaConsumerOptions } from "../../kafka/kafka_consumer.ts";
import { placeAttributes, topicAttributes } from "../../kafka/topic_attributes.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import type { Apply } from "../../kafka/client_port.ts";
import type { RegistryConnection } from "../../kafka/registry/registry_client.ts";
import { serveThread } from "../../runtime/threads/thread.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { openTracer } from "../../runtime/telemetry/tracer.ts";
import { Ingest, withHeartbeats } from "../../status/ingest/ingest.ts";
import { ingestTracer } from "../../status/ingest/ingest_tracer.ts";
import { purgeHistory } from "../../status/repair/purge_history.ts";
import { StoreRetry } from "../../status/ingest/store_retry.ts";
import { countSites } from "../../status/read/count_sites.ts";
import { openStore } from "../../status/open_store.ts";
import { CHUNK_REPORTS_MAX } from "../../status/store.ts";
import type { IngestSetup } from "../connections.ts";
import { openWriterSchemas } from "../writer_schemas.ts";

export interface ConsumerSetup extends IngestSetup {
  readonly kafka: Omit<KafkaConsumerOptions, "chunkMessagesMax" | "clock" | "telemetry">;
  /** Of several consumers one reads gaps, where they have a topic of their own. */
  readonly gaps?: ConsumerSetup["kafka"];
  /** For messages whose schema is in a registry; absent without one. */
  readonly registry?: RegistryConnection;
  /** Of several consumers one counts the sites of the store. */
  readonly countsSites: boolean;
}

serveThread<ConsumerSetup>({
  onUncaught: "fail",
  async start(setup, { name, telemetry, fail }) {
    const { kafka, store: address, retentionMs, isTraced, countsSites } = setup;
    const tracer = await openTracer(isTraced);
    const trace = tracer && ingestTracer({
      tracer,
      destination: kafka.topic,
      attributes: topicAttributes("process", kafka.topic),
      attributesOf: placeAttributes,
    });
    const parts = await openStore(address, { clock, telemetry });
    const { dependency } = parts;
    const [store, maintenance, queries] = [parts.status(), parts.maintenance(), parts.queries()];
    const limits = { chunkMessagesMax: CHUNK_REPORTS_MAX };
    const consumer = new KafkaConsumer({ ...kafka, ...limits, clock, telemetry });
    const ofGaps = { clock, telemetry: gapTelemetry(telemetry) };
    const gaps = setup.gaps && new KafkaConsumer({ ...setup.gaps, ...limits, ...ofGaps });
    const stopping = new AbortController();
    const { signal } = stopping;

    const retry = new StoreRetry({ dependency, clock, telemetry });
    const schemas = setup.registry && openWriterSchemas({
      ...{ connection: setup.registry, store: parts, clock, telemetry },
      retry: (work) => retry.answer(work, signal),
    });

    const consume = async () => {
      // The tables come before the group: a consumer that cannot apply must not hold partitions.
      const prepare = () => store.migrate().then(() => maintenance.prepare(retentionMs));
      if (!await retry.run(prepare, signal)) return;
      const clusterId = await consumer.ready(signal);
      if (clusterId === undefined) return;
      const parts = { store, dependency, clusterId, clock, telemetry, thread: name };
      const ingest = new Ingest({
        ...parts,
        ...(schemas && { decode: schemas.decode }),
        ...(trace && { trace }),
      });
      const apply: Apply = async (messages, options) => {
        const missing = schemas && await withHeartbeats(
          (signal) => schemas.know(messages, signal),
          { ...options, clock },
        );
        await ingest.apply(messages.slice(0, missing?.known), options);
        return missing && { applied: missing.known, pauseMs: missing.retryMs };
      };
      await Promise.all([
        consumer.run(apply, signal),
        gaps?.run(apply, signal),
        purgeHistory(maintenance, { retentionMs, clock, telemetry, signal }),
        countsSites && countSites(queries, { clock, telemetry, signal }),
      ]);
    };
    const consumed = consume().catch(fail);
    return {
      measure: () => consumer.measure(),
      async stop() {
        stopping.abort();
        await consumed;
        await Promise.all([store.close(), queries.close(), schemas?.close()]);
      },
    };
  },
});

/** Readiness names the topic of gaps apart, and its lag is of no partition of the reports. */
function gapTelemetry(telemetry: Telemetry): Telemetry {
  return {
    count: (...counted) => telemetry.count(...counted),
    set: () => {},
    age: () => {},
    observe: () => {},
    dependency: (_, state) => telemetry.dependency("gaps", state),
  };
}
