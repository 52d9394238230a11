/** Attributes of spans about the topic's messages, as OpenTelemetry names them. */
import type { Attributes } from "../runtime/telemetry/tracer.ts";

/** @see https://opentelemetry.io/docs/specs/semconv/messaging/kafka/ */
export function topicAttributes(operation: "send" | "process", topic: string): Attributes {
  return {
    "messaging.system": "kafka",
    "messaging.operation.name": operation,
    "messaging.operation.type": operation,
    "messaging.destination.name": topic,
  };
}

/** Which message of the topic it is. */
export function placeAttributes(
  { partition, offset }: { readonly partition: number; readonly offset: number },
): Attributes {
  return {
    "messaging.destination.partition.id": String(partition),
    "messaging.kafka.offset": offset,
  };
}
