/** The relay thread: takes rows from the outbox thread and publishes them to Kafka. */
import { KafkaPublisher, type KafkaPublisherOptions } from "../kafka/producer.ts";
import { OutboxClient } from "../outbox/outbox_client.ts";
import { Relay, STEP_MS_MAX } from "../outbox/relay.ts";
import { deadline, systemClock as clock } from "../runtime/clock.ts";
import { serveThread } from "../runtime/thread.ts";

export type RelaySetup = Omit<KafkaPublisherOptions, "clock" | "telemetry">;

serveThread<RelaySetup>({
  onUncaught: "fail",
  progressMaxMs: STEP_MS_MAX,
  start(setup, { telemetry, progress, fail }) {
    const source = new OutboxClient();
    const publisher = new KafkaPublisher({ ...setup, clock, telemetry });
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
    return Promise.resolve({
      link: (_role, port) => source.connect(port),
      async stop(deadlineMs) {
        using limit = deadline(clock, deadlineMs);
        stopping.abort();
        await ran;
        await relay.flush(limit.signal);
        source.close();
        await publisher.close();
      },
    });
  },
});
