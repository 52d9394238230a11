/**
 * The contract of a decoded report or gap beyond its types: what a store may rely on.
 *
 * Whoever can write to the topic can write anything; what breaks the contract is set aside.
 */
import { OUTCOMES, REASONS } from "./outcome.ts";
import {
  ERROR_TEXT_LENGTH_MAX,
  FAILURE_LENGTH_MAX,
  FAILURES_MAX,
  type Gap,
  HOPS_MAX,
  SITE_LENGTH_MAX,
  type SiteReport,
  SNIPPET_LENGTH_MAX,
  type Timings,
  URL_LENGTH_MAX,
} from "./report.ts";

/** 2000-01-01 and 2100-01-01 in microseconds: a clock outside them was never set. */
export const TIME_MIN = 946_684_800_000_000;
export const TIME_MAX = 4_102_444_800_000_000;
/** Milliseconds: no check runs for a day. */
export const RESPONSE_TIME_MAX = 86_400_000;
/** Characters of the words and names that have no bound of their own. */
export const WORD_LENGTH_MAX = 256;
export const ATTEMPTS_MAX = 1_000;
export const LABELS_MAX = 64;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Says what is wrong with a field, or nothing. */
type Rule<T> = (value: T) => string | undefined;
type Rules<T> = { readonly [K in keyof T]: Rule<T[K]> };

/** Each field's rule; a new field of a report does not compile without one. */
const REPORT_RULES: Rules<SiteReport> = {
  url: textOf(1, URL_LENGTH_MAX),
  response_time: between(0, RESPONSE_TIME_MAX),
  response_code: orNull(between(100, 999)),
  // Bounded by the message alone: it is the operator's own, and not a site's.
  pattern: orNull(textOf(0, Infinity)),
  pattern_match: anything,
  error_text: orNull(textOf(0, ERROR_TEXT_LENGTH_MAX)),
  site: textOf(1, SITE_LENGTH_MAX),
  location: textOf(1, SITE_LENGTH_MAX),
  checked_at: between(TIME_MIN, TIME_MAX),
  recorded_at: between(TIME_MIN, TIME_MAX),
  outcome: oneOf(OUTCOMES),
  reason: orNull(oneOf(REASONS)),
  attempts: between(1, ATTEMPTS_MAX),
  timings: orNull(timings),
  hops: listOf(HOPS_MAX, (hop) => broken(HOP_RULES, hop)),
  remote_address: orNull(textOf(1, WORD_LENGTH_MAX)),
  http_version: orNull(textOf(1, WORD_LENGTH_MAX)),
  final_url: orNull(textOf(1, URL_LENGTH_MAX)),
  body_bytes: orNull(between(0, Number.MAX_SAFE_INTEGER)),
  truncated: anything,
  certificate_expires_at: anything,
  certificate_issuer: orNull(textOf(0, ERROR_TEXT_LENGTH_MAX)),
  failures: listOf(FAILURES_MAX, textOf(0, FAILURE_LENGTH_MAX)),
  snippet: orNull(textOf(0, SNIPPET_LENGTH_MAX)),
  interval_ms: orNull(between(1, Infinity)),
  labels,
  producer_id: uuid,
  sequence: between(1, Number.MAX_SAFE_INTEGER),
};

const HOP_RULES: Rules<SiteReport["hops"][number]> = {
  url: textOf(1, URL_LENGTH_MAX),
  status: orNull(between(100, 999)),
  remote_address: orNull(textOf(1, WORD_LENGTH_MAX)),
  timings,
};

const GAP_RULES: Rules<Gap> = {
  producer_id: uuid,
  first: between(1, Number.MAX_SAFE_INTEGER),
  last: between(1, Number.MAX_SAFE_INTEGER),
  count: between(1, Number.MAX_SAFE_INTEGER),
  reason: textOf(1, WORD_LENGTH_MAX),
};

/** One sentence on what breaks a report's contract; `undefined` when nothing does. */
export function invalidity(report: SiteReport): string | undefined {
  const fault = broken(REPORT_RULES, report);
  if (fault) return `Cannot apply report as ${fault}`;
  if (report.outcome === "up" && report.reason !== null) {
    return `Cannot apply report as reason must be null when its outcome is "up": "${report.reason}"`;
  }
  return undefined;
}

/** One sentence on what breaks a gap's contract; `undefined` when nothing does. */
export function gapInvalidity(gap: Gap): string | undefined {
  const fault = broken(GAP_RULES, gap);
  if (fault) return `Cannot apply gap as ${fault}`;
  if (gap.count !== gap.last - gap.first + 1) {
    return `Cannot apply gap as count must be last - first + 1: ` +
      `${gap.first} to ${gap.last}, count ${gap.count}`;
  }
  return undefined;
}

/** The first rule that is broken, with its field's name in front. */
function broken<T extends object>(rules: Rules<T>, value: T): string | undefined {
  for (const field in rules) {
    const fault = rules[field](value[field]);
    if (fault) return `${field} ${fault}`;
  }
  return undefined;
}

function anything(): undefined {}

function orNull<T>(rule: Rule<T>): Rule<T | null> {
  return (value) => value === null ? undefined : rule(value);
}

function between(min: number, max: number): Rule<number> {
  return (value) =>
    value >= min && value <= max ? undefined : `must lie between ${min} and ${max}: ${value}`;
}

function textOf(lengthMin: number, lengthMax: number): Rule<string> {
  return (value) => {
    if (value.length < lengthMin || value.length > lengthMax) {
      return `must have ${lengthMin} to ${lengthMax} characters: it has ${value.length}`;
    }
    // PostgreSQL stores neither.
    if (value.includes("\0")) return `must not hold NUL: it does at ${value.indexOf("\0")}`;
    return value.isWellFormed() ? undefined : "must be Unicode text: it has half a character";
  };
}

function oneOf(words: readonly string[]): Rule<string> {
  return (value) => words.includes(value) ? undefined : `must be a known word: ${quoted(value)}`;
}

function uuid(value: string): string | undefined {
  return UUID.test(value) ? undefined : `must be a uuid: ${quoted(value)}`;
}

function timings(value: Timings): string | undefined {
  for (const [phase, micros] of Object.entries(value)) {
    if (micros !== null && micros < 0) return `.${phase} must not be negative: ${micros}`;
  }
  return undefined;
}

function listOf<T>(lengthMax: number, rule: Rule<T>): Rule<readonly T[]> {
  return (list) => {
    if (list.length > lengthMax) return `must have at most ${lengthMax} entries: ${list.length}`;
    for (const [index, entry] of list.entries()) {
      const fault = rule(entry);
      if (fault) return `[${index}] ${fault}`;
    }
    return undefined;
  };
}

const LABEL_TEXT = textOf(0, WORD_LENGTH_MAX);

function labels(value: SiteReport["labels"]): string | undefined {
  const entries = Object.entries(value);
  if (entries.length > LABELS_MAX) return `must be at most ${LABELS_MAX}: ${entries.length}`;
  for (const [key, text] of entries) {
    const fault = LABEL_TEXT(key) ?? LABEL_TEXT(text);
    if (fault) return `${quoted(key)} ${fault}`;
  }
  return undefined;
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}
