/** What a message turned out to be: a report, a gap, or one that can never be applied. */
import { bounded, TIME_MAX } from "../../report/bounds.ts";
import type { Gap, SiteReport } from "../../report/report.ts";
import { DAY_MS } from "../../runtime/time_units.ts";
import type { Chunk, DeadLetter, DeadLetterReason, MessagePlace } from "../store.ts";

/** A message on its way into a store, whether Kafka or an outbox delivered it. */
export interface IngestMessage extends MessagePlace {
  readonly key: Uint8Array | null;
  /** `null` for a tombstone. */
  readonly value: Uint8Array | null;
  /** The record's own timestamp, in milliseconds since 1970. */
  readonly timestampMs: number;
  /** The `sitemon-id` header (`producer_id/sequence`), if there was one. */
  readonly sitemonId: string | null;
  /** The trace context of the check that it reports, if there is one. */
  readonly traceparent?: string;
  /** Why messages could not be told apart: the value is the batch that holds them. */
  readonly fault?: string;
}

/** A message and what it holds. */
export type Entry =
  & { readonly message: IngestMessage }
  & (
    | { readonly kind: "report"; readonly report: SiteReport }
    | { readonly kind: "gap"; readonly gap: Gap }
    | { readonly kind: "dead"; readonly deadLetter: DeadLetter }
  );

/** Enough for every message of sitemon; a database may quote whole rows. */
export const DETAIL_LENGTH_MAX = 1_024;
/** A uuid and a number need 53 characters, but the header is whatever its sender wrote. */
export const SITEMON_ID_LENGTH_MAX = 256;

/** The message as a dead letter, whole. */
export function deadEntry(
  message: IngestMessage,
  reason: DeadLetterReason,
  detail: string,
): Entry {
  const { sitemonId, timestampMs, traceparent: _, fault: __, ...rest } = message;
  const deadLetter = {
    ...rest,
    timestampMs: storableMs(timestampMs),
    reason,
    detail: storable(detail, DETAIL_LENGTH_MAX),
    sitemonId: sitemonId === null ? null : storable(sitemonId, SITEMON_ID_LENGTH_MAX),
  };
  return { message, kind: "dead", deadLetter };
}

/** The entries as one transaction of a store. */
export function chunkOf(entries: readonly Entry[]): Chunk {
  return {
    reports: entries.flatMap((entry) => entry.kind === "report" ? [entry.report] : []),
    gaps: entries.flatMap((entry) => entry.kind === "gap" ? [entry.gap] : []),
    deadLetters: entries.flatMap((entry) => entry.kind === "dead" ? [entry.deadLetter] : []),
  };
}

/**
 * Days of checked_at that one transaction spans at most. PostgreSQL locks a partition and its two
 * indexes for each, out of 6,400 locks that all sessions share by default; a chunk of ordinary
 * times spans two days, and one of an outbox that caught up a month.
 */
export const CHUNK_DAYS_MAX = 32;

/** The entries in their order, in as few parts as this order allows. */
export function withinDays(entries: readonly Entry[]): Entry[][] {
  const parts: Entry[][] = [[]];
  const days = new Set<number>();
  for (const entry of entries) {
    if (entry.kind === "report") {
      const day = Math.floor(entry.report.checked_at / (1_000 * DAY_MS));
      if (days.size === CHUNK_DAYS_MAX && !days.has(day)) {
        days.clear();
        parts.push([]);
      }
      days.add(day);
    }
    parts.at(-1)!.push(entry);
  }
  return parts;
}

/** Every database must accept a dead letter: no NUL, no lone surrogates. */
function storable(text: string, lengthMax: number): string {
  return bounded(text.toWellFormed().replaceAll("\0", "\ufffd"), lengthMax);
}

/** A record's timestamp is whatever its sender wrote: -1 for none, or beyond the range of dates. */
function storableMs(timestampMs: number): number {
  if (!(timestampMs > 0)) return 0;
  return Math.min(Math.trunc(timestampMs), TIME_MAX / 1_000);
}
