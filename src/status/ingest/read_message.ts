/** Reads one message; one that cannot be read never stops the next. */
import { decodeMessage } from "../../report/codec.ts";
import { DecodeError } from "../../report/decode_error.ts";
import { identify } from "../../report/identity.ts";
import type { SiteReport } from "../../report/report.ts";
import { gapInvalidity, invalidity } from "../../report/validation.ts";
import { deadEntry, type Entry } from "./entry.ts";
import type { Message } from "./message.ts";

/** A check dated further ahead than this would open a partition of the history far too early. */
export const CHECKED_AHEAD_MAX_MICROS = 24 * 3_600 * 1_000_000;

export interface ReadMessageOptions {
  /** The Kafka cluster's id: part of the identity of v1 messages. */
  readonly clusterId: string;
  /** Microseconds since 1970. */
  readonly nowMicros: number;
  /** Knows the schemas of this version, unless told. */
  readonly decode?: typeof decodeMessage;
}

/** What a message holds; whatever is wrong with it, it is a dead letter and nothing is thrown. */
export function readMessage(message: Message, options: ReadMessageOptions): Entry {
  try {
    return entryOf(message, options);
  } catch (error) {
    const reason = error instanceof DecodeError ? error.reason : "undecodable";
    return deadEntry(message, reason, error instanceof Error ? error.message : String(error));
  }
}

function entryOf(message: Message, options: ReadMessageOptions): Entry {
  if (message.value === null || message.value.length === 0) {
    return deadEntry(
      message,
      "undecodable",
      "Cannot decode message as it must hold a report: it is empty",
    );
  }
  const { decode = decodeMessage } = options;
  const decoded = decode(message.value);
  if (decoded.kind === "gap") {
    const fault = gapInvalidity(decoded.gap);
    if (fault) return deadEntry(message, "invalid", fault);
    return { message, kind: "gap", gap: decoded.gap };
  }
  const report = decoded.kind === "report"
    ? decoded.report
    : identify(decoded.v1, { ...message, clusterId: options.clusterId });
  return reportEntry(message, report, options.nowMicros);
}

function reportEntry(message: Message, report: SiteReport, nowMicros: number): Entry {
  const fault = invalidity(report);
  if (fault) return deadEntry(message, "invalid", fault);
  if (report.checked_at > nowMicros + CHECKED_AHEAD_MAX_MICROS) {
    const aheadHours = Math.floor((report.checked_at - nowMicros) / 3_600_000_000);
    return deadEntry(
      message,
      "clock",
      "Cannot apply report as checked_at must be at most 24 h ahead of the store's clock: " +
        `it is ${aheadHours} h ahead; set the clock of the producer ${report.producer_id}`,
    );
  }
  return { message, kind: "report", report };
}
