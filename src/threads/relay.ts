/** The relay thread: takes rows from the outbox thread and publishes them to Kafka. */
import { KafkaPublisher, type KafkaPublisherOptions } from "../kafka/producer.ts";
import { OutboxClient } from "../outbox/outbox_client.ts";
import { Relay, STEP_MS_MAX } from "../outbox/relay.ts";
import { deadline, systemClock as clock } from "../runtime/clock.ts";
import { serveThread } from "../runtime/thread.ts";
import { openTracer } from "../runtime/tracer.ts";

export interface RelaySetup extends Omit<KafkaPublisherOptions, "clock" | "telemetry" | "tracer"> {
  /** Makes spans for OpenTelemetry. */
  readonly isTraced: boolean;
}

serveThread<RelaySetup>({
  onUncaught: "fail",
  progressMaxMs: STEP_MS_MAX,
  async start({ isTraced, ...setup }, { telemetry, progress, fail }) {
    const tracer = await openTracer(isTraced);
    const source = new OutboxClient();
    const publisher = new KafkaPublisher({
      ...setup,
      clock,
      telemetry,
      ...(tracer === undefined ? {} : { tracer }),
    });
    const relay = new Relay({
      source,
      publisher,
      dependency: "kafka",
      clock,
      telemetry,
      onStep: progress,
    });
    const stopping = new AbortController();
    const ran = relay.run(stopping.signal).catch(fail);
    return {
      link: (_role, port) => source.connect(port),
      async stop(deadlineMs) {
        using limit = deadline(clock, deadlineMs);
        stopping.abort();
        await ran;
        await relay.flush(limit.signal);
        source.close();
        await publisher.close();
      },
    };
  },
});
