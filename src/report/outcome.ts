/** The verdict of a check and why it was not up: two closed lists, used in Avro, SQL, metrics and docs alike. */

/** What a check concluded about its site. */
export const OUTCOMES = ["up", "degraded", "down", "inconclusive"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why a check was not up. A report that is up has the reason `null`. */
export const REASONS = [
  "dns",
  "connect_refused",
  "connect_timeout",
  "reset",
  "tls_expired",
  "tls_name",
  "tls_untrusted",
  "tls_other",
  "timeout",
  "redirect_loop",
  "protocol",
  "body_too_large",
  "status",
  "header",
  "body",
  "json",
  "size",
  "inverted",
  "slow",
  "certificate_soon",
  "missed",
  "failed",
  "proxy",
  "redirect_refused",
  "blocked_by_policy",
  "internal",
] as const;
export type Reason = (typeof REASONS)[number];

/** The text of a report that says nothing about its site, since sitemon itself failed. */
export const INTERNAL_ERROR = "internal error in sitemon; see its log";
