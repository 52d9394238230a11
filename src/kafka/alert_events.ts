/** Events about alerts to a topic of their own; what they say is not known here. */
import { Buffer } from "node:buffer";
import { abortable, onAbort } from "../runtime/deadline.ts";
import type { Attempt } from "../status/alert_store.ts";
import { ProducerSession } from "./client/producer_session.ts";
import type { OutgoingMessage, ProducerSessionOptions } from "./client_port.ts";
import { KafkaError } from "./kafka_error.ts";

/** Of keys and values of one request: half of what a broker takes by default, with room for headers. */
export const REQUEST_BYTES_MAX = 512 * 1_024;

/** The same, structurally, as what a channel of alerts gives. */
export interface AlertEvent {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type EventsSent = Pick<Attempt, "result" | "isMaybeTold" | "error">;

/**
 * Sends on a connection of its own: between two alerts brokers close one that is idle. Delivered means
 * that all replicas in sync have every event. Never rejects, and ends soon after the signal aborts.
 */
export async function sendAlertEvents(
  options: ProducerSessionOptions,
  events: readonly AlertEvent[],
  signal: AbortSignal,
): Promise<EventsSent> {
  using session = new ProducerSession(options);
  using _ = onAbort(signal, () => session[Symbol.dispose]());
  let isMaybeTold = false;
  try {
    await abortable(session.connect(), signal);
    for (const request of requestsOf(events)) {
      // Of several partitions some may have it, whatever the error.
      isMaybeTold = true;
      const stored = await abortable(session.send(request), signal);
      if (stored.size < request.length) throw unconfirmed(stored.size, request.length);
    }
    return { result: "delivered", isMaybeTold: true, error: null };
  } catch (cause) {
    if (signal.aborted) {
      return {
        result: "failed",
        isMaybeTold,
        error: "Kafka did not acknowledge the events in time",
      };
    }
    // A fault of the client may be over with the next connection.
    const result = cause instanceof KafkaError ? resultOf(cause, options) : "failed";
    return { result, isMaybeTold, error: (cause as Error).message };
  }
}

function unconfirmed(stored: number, sent: number): KafkaError {
  const message = `Kafka confirmed ${stored} of ${sent} events: its answer leaves out the others`;
  return new KafkaError("unreachable", message);
}

/** A broker that says no, rather than not now, says so until somebody changes something. */
function resultOf(
  { failure, code, isTemporary }: KafkaError,
  { createTopic }: ProducerSessionOptions,
): "failed" | "refused" {
  // One that was just made is not known to every broker yet.
  if (failure === "topic_missing" && createTopic) return "failed";
  const isAnswer = failure === "rejected" && code !== undefined;
  return isTemporary && !isAnswer ? "failed" : "refused";
}

/** In their order; an event that is larger by itself goes alone. */
function requestsOf(events: readonly AlertEvent[]): OutgoingMessage[][] {
  const requests: OutgoingMessage[][] = [];
  let bytes = Infinity;
  for (const { key, value, headers } of events) {
    const message = { key: Buffer.from(key), value: Buffer.from(value), headers };
    const size = message.key.length + message.value.length;
    if (bytes + size > REQUEST_BYTES_MAX) {
      requests.push([]);
      bytes = 0;
    }
    requests.at(-1)!.push(message);
    bytes += size;
  }
  return requests;
}
