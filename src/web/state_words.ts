/** Words and shapes for the states and reasons of a site. */
import type { Reason } from "../report/outcome.ts";
import type { SiteState } from "../report/site_state.ts";

/** Labels of the states. */
export const STATE_WORDS: Readonly<Record<SiteState, string>> = {
  down: "Down",
  degraded: "Degraded",
  stale: "Stale",
  inconclusive: "Inconclusive",
  up: "Up",
};

/** Why a site is not up, for people. */
export const REASON_WORDS: Readonly<Record<Reason, string>> = {
  dns: "DNS lookup failed",
  connect_refused: "Connection refused",
  connect_timeout: "Connection timed out",
  reset: "Connection reset",
  tls_expired: "Certificate expired",
  tls_name: "Certificate is for another name",
  tls_untrusted: "Certificate not trusted",
  tls_other: "TLS handshake failed",
  timeout: "Response timed out",
  redirect_loop: "Too many redirects",
  protocol: "Invalid HTTP response",
  body_too_large: "Response too large",
  status: "Unexpected status",
  header: "Unexpected header",
  body: "Unexpected content",
  json: "Unexpected JSON value",
  size: "Unexpected size",
  inverted: "Responds although it should not",
  slow: "Slow response",
  certificate_soon: "Certificate expires soon",
  missed: "No ping in time",
  failed: "Run failed",
  proxy: "Proxy failed",
  redirect_refused: "Redirect from https to http refused",
  blocked_by_policy: "Address blocked by policy",
  internal: "Internal error in sitemon",
};
