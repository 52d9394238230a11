/**
 * The table of a report's fields. From it follow the type of a report, the Avro schema of each
 * version, validation, the blank report, and the columns that the stores keep.
 *
 * The names are those of the Avro record, of `--json` and of the SQL columns, so that one name can be
 * followed from the check to the table. That is why they are in snake_case.
 */
import { MICROS } from "./avro_schema.ts";
import {
  ATTEMPTS_MAX,
  ERROR_TEXT_LENGTH_MAX,
  FAILURE_LENGTH_MAX,
  FAILURES_MAX,
  HOPS_MAX,
  LABELS_MAX,
  NEXT_CHECK_MS_MAX,
  RESPONSE_TIME_MAX,
  SITE_LENGTH_MAX,
  SNIPPET_LENGTH_MAX,
  URL_LENGTH_MAX,
  WORD_LENGTH_MAX,
} from "./bounds.ts";
import { HOP, TIMINGS } from "./hop.ts";
import { OUTCOMES, REASONS } from "./outcome.ts";
import { blankOf, flag, int, list, long, nullable, text, texts, time, uuid } from "./values.ts";
import { type Value, word } from "./values.ts";

/** A field of a report. */
export interface Field<T, Shown extends boolean = boolean> extends Value<T> {
  /** The version of the schema that brought it; 1 is the original Python service's. */
  readonly since: number;
  /**
   * Where a store keeps it: `status` is the status of a site and the history, `history` the history
   * alone. A `key` is a part of both tables' keys.
   */
  readonly kept: "key" | "status" | "history";
  /** Whether it is shown with a report of the history. */
  readonly shown: Shown;
}

function field<T, const Shown extends boolean = false>(
  value: Value<T>,
  options: Pick<Field<T>, "kept"> & Partial<Pick<Field<T, Shown>, "since" | "shown">>,
): Field<T, Shown> {
  return { ...value, since: 2, shown: false as Shown, ...options };
}

/**
 * A new field has the next version of the schema in `since`, and stands before `producer_id`. What a
 * released version contains never changes: messages name their schema by its fingerprint.
 */
export const REPORT_FIELDS = {
  /** The url without credentials. */
  url: field(text(1, URL_LENGTH_MAX), { since: 1, kept: "status" }),
  /** Milliseconds of the last attempt with all its hops. */
  response_time: field(int(0, RESPONSE_TIME_MAX), { since: 1, kept: "status", shown: true }),
  response_code: field(nullable(int(100, 999)), { since: 1, kept: "status", shown: true }),
  /** Bounded by the message alone: it is the operator's own, and not a site's. */
  pattern: field(nullable(text(0, Infinity)), { since: 1, kept: "status" }),
  pattern_match: field(nullable(flag()), { since: 1, kept: "status" }),
  error_text: field(nullable(text(0, ERROR_TEXT_LENGTH_MAX)), {
    since: 1,
    kept: "status",
    shown: true,
  }),
  site: field(text(1, SITE_LENGTH_MAX), { kept: "key" }),
  location: field(text(1, SITE_LENGTH_MAX), { kept: "key" }),
  /** Wall clock at the start of the first attempt: microseconds since 1970, below 2^53. */
  checked_at: field(time(), { kept: "status", shown: true }),
  /** When the outbox stored it: microseconds since 1970, strictly rising within a producer. */
  recorded_at: field(time(), { kept: "status" }),
  outcome: field(word(OUTCOMES, "inconclusive"), { kept: "status", shown: true }),
  /** `null` when the outcome is up. */
  reason: field(nullable(word(REASONS, "internal")), { kept: "status", shown: true }),
  attempts: field(int(1, ATTEMPTS_MAX), { kept: "status", shown: true }),
  timings: field(nullable(TIMINGS), { kept: "status", shown: true }),
  /** The visits before the last one. */
  hops: field(list(HOPS_MAX, HOP), { kept: "history" }),
  remote_address: field(nullable(text(1, WORD_LENGTH_MAX)), { kept: "status", shown: true }),
  http_version: field(nullable(text(1, WORD_LENGTH_MAX)), { kept: "history", shown: true }),
  final_url: field(nullable(text(1, URL_LENGTH_MAX)), { kept: "history", shown: true }),
  /** Decoded bytes of the body that were read. */
  body_bytes: field(nullable(long(0, Number.MAX_SAFE_INTEGER)), { kept: "history" }),
  /** True when the body was longer than what was read of it. */
  truncated: field(flag(), { kept: "history" }),
  certificate_expires_at: field(nullable(time(-Infinity, Infinity)), { kept: "status" }),
  certificate_issuer: field(nullable(text(0, ERROR_TEXT_LENGTH_MAX)), {
    kept: "history",
    shown: true,
  }),
  /** When that certificate was seen: in this check, or in one of the ten minutes before. */
  certificate_seen_at: field(nullable(time()), { kept: "history", shown: true }),
  /** Every failed expectation. */
  failures: field(list(FAILURES_MAX, text(0, FAILURE_LENGTH_MAX)), {
    kept: "history",
    shown: true,
  }),
  snippet: field(nullable(text(0, SNIPPET_LENGTH_MAX)), { kept: "history", shown: true }),
  /**
   * Milliseconds from `checked_at` until the next check of the site begins, for which this report
   * holds: the site's interval, or the slots that pass while a check lasts. `null` when unknown: the
   * report then covers no time, and the site never turns stale.
   */
  next_check_ms: field(nullable(int(1, NEXT_CHECK_MS_MAX)), { kept: "status" }),
  labels: field(texts(LABELS_MAX, WORD_LENGTH_MAX), { kept: "status" }),
  /** The UUID of the outbox file that stored it; '' before. */
  producer_id: field(uuid(), { kept: "key" }),
  /** 1, 2, 3 … within a producer; 0 before it is stored. */
  sequence: field(long(1, Number.MAX_SAFE_INTEGER), { kept: "key" }),
};

/** The fields of a gap, an exact run of sequences that were dropped: count = last - first + 1. */
export const GAP_FIELDS = {
  producer_id: uuid(),
  first: long(1, Number.MAX_SAFE_INTEGER),
  last: long(1, Number.MAX_SAFE_INTEGER),
  count: long(1, Number.MAX_SAFE_INTEGER),
  /** `coalesced`, `dropped_oldest`, `too_large` or `lost`; other producers may add words. */
  reason: text(1, WORD_LENGTH_MAX),
};

/** Of a gap whose reports its outbox lost: nobody knows which of them were sent before. */
export const LOST_REASON = "lost";

export type FieldName = keyof typeof REPORT_FIELDS;
export const FIELD_NAMES = Object.keys(REPORT_FIELDS) as readonly FieldName[];

/** A report of which nothing is known. */
export const BLANK_REPORT = Object.freeze(blankOf(REPORT_FIELDS));

/** What site_status and site_report both keep, beside a report's site and its place in order. */
export const STATUS_FIELDS = FIELD_NAMES.filter((name) => REPORT_FIELDS[name].kept === "status");
/** What site_report alone keeps. */
export const HISTORY_FIELDS = FIELD_NAMES.filter((name) => REPORT_FIELDS[name].kept === "history");

/** How a store holds a field: a `time` is microseconds since 1970, a `structure` is written as JSON. */
export type ColumnType = "string" | "int" | "long" | "boolean" | "time" | "structure";

export function columnTypeOf(name: FieldName): ColumnType {
  const { type } = REPORT_FIELDS[name];
  const value = Array.isArray(type) ? type[1] : type;
  if (value === MICROS) return "time";
  return typeof value === "string" ? value as ColumnType : "structure";
}
