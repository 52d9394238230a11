/** What OpenTelemetry calls the topic in the attributes of spans. */
import type { Attributes } from "../runtime/telemetry/tracer.ts";

/**
 * The attributes of every span about the topic's messages.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/kafka/
 */
export function topicAttributes(operation: "send" | "process", topic: string): Attributes {
  return {
    "messaging.system": "kafka",
    "messaging.operation.name": operation,
    "messaging.operation.type": operation,
    "messaging.destination.name": topic,
  };
}

/** What tells a message of the topic from the others. */
export function placeAttributes(
  { partition, offset }: { readonly partition: number; readonly offset: number },
): Attributes {
  return {
    "messaging.destination.partition.id": String(partition),
    "messaging.kafka.offset": offset,
  };
}
