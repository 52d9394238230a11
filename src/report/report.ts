/**
 * SiteReport, the value that travels: what one check of a site found.
 *
 * Its field names are those of the Avro record, of `--json` and of the SQL columns, so that one
 * name can be followed from the check to the table. That is why they are in snake_case.
 */
import type { Outcome, Reason } from "./outcome.ts";

/** Time spent in each phase of a visit, in whole microseconds; `null` for a phase not reached. */
export interface Timings {
  readonly dns: number | null;
  readonly connect: number | null;
  readonly tls: number | null;
  readonly first_byte: number | null;
  readonly transfer: number | null;
}

/** A visit that was answered with a redirect. */
export interface Hop {
  readonly url: string;
  readonly status: number | null;
  readonly remote_address: string | null;
  readonly timings: Timings;
}

/** What a check found, before the outbox has given it its place (`recorded_at`, `sequence`). */
export interface SiteReport {
  /** The url without credentials. */
  readonly url: string;
  /** Milliseconds of the last attempt with all its hops. */
  readonly response_time: number;
  readonly response_code: number | null;
  readonly pattern: string | null;
  readonly pattern_match: boolean | null;
  readonly error_text: string | null;
  readonly site: string;
  readonly location: string;
  /** Wall clock at the start of the first attempt: microseconds since 1970, below 2^53. */
  readonly checked_at: number;
  /** When the outbox stored it: microseconds since 1970, strictly rising within a producer. */
  readonly recorded_at: number;
  readonly outcome: Outcome;
  readonly reason: Reason | null;
  readonly attempts: number;
  readonly timings: Timings | null;
  /** The visits before the last one, at most {@linkcode HOPS_MAX}. */
  readonly hops: readonly Hop[];
  readonly remote_address: string | null;
  readonly http_version: string | null;
  readonly final_url: string | null;
  /** Decoded bytes of the body that were read. */
  readonly body_bytes: number | null;
  /** True when the body was longer than what was read of it. */
  readonly truncated: boolean;
  readonly certificate_expires_at: number | null;
  readonly certificate_issuer: string | null;
  /** Every failed expectation, at most {@linkcode FAILURES_MAX}. */
  readonly failures: readonly string[];
  readonly snippet: string | null;
  /** The site's interval; `null` when unknown, and then the site never turns stale. */
  readonly interval_ms: number | null;
  readonly labels: Readonly<Record<string, string>>;
  /** The uuid of the outbox file that stored it; '' before. */
  readonly producer_id: string;
  /** 1, 2, 3 … within a producer; 0 before it is stored. */
  readonly sequence: number;
}

/** A report on its way to the receiver; its trace stands beside it, in no record. */
export interface TracedReport extends SiteReport {
  /** Names the span of its check, as W3C's header does; absent when it has none. */
  readonly traceparent?: string;
}

/** An exact run of sequences that were dropped and will never arrive: count = last - first + 1. */
export interface Gap {
  readonly producer_id: string;
  readonly first: number;
  readonly last: number;
  readonly count: number;
  /** `coalesced`, `dropped_oldest` or `too_large`; other producers may add words. */
  readonly reason: string;
}

/** Bounds on what a report may carry: characters, entries. A site controls most of these texts. */
export const SITE_LENGTH_MAX = 200;
export const URL_LENGTH_MAX = 2_048;
export const ERROR_TEXT_LENGTH_MAX = 1_024;
export const FAILURE_LENGTH_MAX = 256;
export const FAILURES_MAX = 16;
export const HOPS_MAX = 10;
export const SNIPPET_LENGTH_MAX = 1_024;
