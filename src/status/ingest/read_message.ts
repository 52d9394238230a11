/** Reads one message; one that cannot be read does not stop the next. */
import { decodeMessage } from "../../report/codec.ts";
import { DecodeError } from "../../report/decode_error.ts";
import { identify } from "../../report/identity.ts";
import { gapInvalidity, invalidity } from "../../report/validation.ts";
import { deadEntry, type Entry, type IngestMessage } from "./entry.ts";

/** A check dated further ahead than this would create a partition of the history far too early. */
export const CHECKED_AHEAD_MAX_MICROS = 24 * 3_600 * 1_000_000;

export interface ReadMessageOptions {
  /** The Kafka cluster's id: part of the identity of v1 messages. */
  readonly clusterId: string;
  /** Microseconds since 1970. */
  readonly nowMicros: number;
  /** By default, one that knows the schemas of this version. */
  readonly decode?: typeof decodeMessage;
}

/** What a message holds. Never throws: a message with anything wrong is a dead letter. */
export function readMessage(message: IngestMessage, options: ReadMessageOptions): Entry {
  try {
    return entryOf(message, options);
  } catch (error) {
    const reason = error instanceof DecodeError ? error.reason : "undecodable";
    return deadEntry(message, reason, error instanceof Error ? error.message : String(error));
  }
}

function entryOf(
  message: IngestMessage,
  { clusterId, nowMicros, decode = decodeMessage }: ReadMessageOptions,
): Entry {
  if (message.fault !== undefined) return deadEntry(message, "undecodable", message.fault);
  if (message.value === null || message.value.length === 0) {
    return deadEntry(message, "undecodable", "the message is empty");
  }
  const decoded = decode(message.value);
  if (decoded.kind === "gap") {
    const fault = gapInvalidity(decoded.gap);
    if (fault) return deadEntry(message, "invalid", fault);
    return { message, kind: "gap", gap: decoded.gap };
  }
  const report = decoded.kind === "report"
    ? decoded.report
    : identify(decoded.v1, { ...message, clusterId });
  const fault = invalidity(report);
  if (fault) return deadEntry(message, "invalid", fault);
  const aheadMicros = report.checked_at - nowMicros;
  if (aheadMicros <= CHECKED_AHEAD_MAX_MICROS) return { message, kind: "report", report };
  return deadEntry(
    message,
    "clock",
    `checked_at is ${Math.floor(aheadMicros / 3_600_000_000)} h ahead of the store's clock; ` +
      `set the clock of producer ${report.producer_id}`,
  );
}
