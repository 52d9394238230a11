/** A consumer thread: a member of the consumer group, which applies what it reads to the store. */
import { KafkaConsumer, type KafkaConsumerOptions } from "../../kafka/kafka_consumer.ts";
import { placeAttributes, topicAttributes } from "../../kafka/topic_attributes.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { serveThread, type ThreadContext } from "../../runtime/threads/thread.ts";
import { openTracer, type Tracer } from "../../runtime/telemetry/tracer.ts";
import { Ingest } from "../../status/ingest/ingest.ts";
import { IngestTraces } from "../../status/ingest/ingest_trace.ts";
import { purgeHistory } from "../../status/repair/purge_history.ts";
import { StoreRetry } from "../../status/ingest/store_retry.ts";
import { openStore, type StoreAddress } from "../../status/open_store.ts";
import { CHUNK_REPORTS_MAX, type StatusStore } from "../../status/store.ts";
import type { StatusMaintenance } from "../../status/maintenance.ts";
import type { StoreParts } from "../../status/store_parts.ts";

export interface ConsumerSetup {
  readonly kafka: Omit<KafkaConsumerOptions, "chunkMessagesMax" | "clock" | "telemetry">;
  readonly store: StoreAddress;
  /** How long reports are kept. */
  readonly retentionMs: number;
  /** Makes spans for OpenTelemetry. */
  readonly isTraced: boolean;
}

serveThread<ConsumerSetup>({
  onUncaught: "fail",
  async start({ kafka, store: address, retentionMs, isTraced }, context) {
    const tracer = await openTracer(isTraced);
    const { telemetry, fail } = context;
    const parts = await openStore(address, { clock, telemetry });
    const store = parts.status();
    const options = { ...kafka, chunkMessagesMax: CHUNK_REPORTS_MAX, clock, telemetry };
    const stopping = new AbortController();
    const consumer = new KafkaConsumer(options);
    const { signal } = stopping;
    const traces = tracer && ingestTraces(tracer, kafka.topic);
    const { dependency } = parts;
    const maintenance = parts.maintenance();
    const work = {
      store,
      maintenance,
      dependency,
      retentionMs,
      context,
      signal,
      ...(traces && { traces }),
    };
    const consumed = consume(consumer, work).catch(fail);
    return {
      async stop() {
        stopping.abort();
        await consumed;
        await store.close();
      },
    };
  },
});

function ingestTraces(tracer: Tracer, topic: string): IngestTraces {
  const attributes = topicAttributes("process", topic);
  return new IngestTraces({
    tracer,
    destination: topic,
    attributes,
    attributesOf: placeAttributes,
  });
}

/** The tables come before the group: who cannot apply must not hold partitions. */
async function consume(
  consumer: KafkaConsumer,
  { store, maintenance, dependency, retentionMs, context, signal, traces }: {
    readonly store: StatusStore;
    readonly maintenance: StatusMaintenance;
    readonly dependency: StoreParts["dependency"];
    readonly retentionMs: number;
    readonly context: ThreadContext;
    readonly signal: AbortSignal;
    readonly traces?: IngestTraces;
  },
): Promise<void> {
  const { name: thread, telemetry } = context;
  const prepare = () => store.migrate().then(() => maintenance.prepare(retentionMs));
  const retry = new StoreRetry({ dependency, clock, telemetry });
  if (!await retry.run(prepare, signal)) return;
  const clusterId = await consumer.ready(signal);
  if (clusterId === undefined) return;
  const ingest = new Ingest({
    store,
    dependency,
    clusterId,
    clock,
    telemetry,
    thread,
    ...(traces && { traces }),
  });
  await Promise.all([
    consumer.run((messages, options) => ingest.apply(messages, options), signal),
    purgeHistory(maintenance, { retentionMs, clock, telemetry, signal }),
  ]);
}
