/** The columns that a report fills, as JSON hands them to SQL. */

/** The names and types of a report's fields in JSON; times travel as microseconds since 1970. */
export const REPORT_FIELDS = `
  site text COLLATE "C", location text COLLATE "C",
  checked_at bigint, recorded_at bigint, producer_id uuid, sequence bigint,
  url text, response_time int, response_code int, pattern text, pattern_match boolean,
  error_text text, outcome text, reason text, attempts int, timings jsonb, hops jsonb,
  remote_address text, http_version text, final_url text, body_bytes bigint, truncated boolean,
  certificate_expires_at bigint, certificate_issuer text, failures jsonb, snippet text,
  interval_ms int, labels jsonb`;

/** A report's place among all reports of its site. */
export const ORDER = "order_at, producer_id, sequence";

/** The order's columns of one relation: `t.order_at, t.producer_id, t.sequence`. */
export function orderOf(relation: string): string {
  return `${relation}.order_at, ${relation}.producer_id, ${relation}.sequence`;
}

/** SQL that makes a time of microseconds since 1970, exactly. */
export function timeOf(micros: string): string {
  return `timestamptz 'epoch' + ${micros} * interval '1 microsecond'`;
}
