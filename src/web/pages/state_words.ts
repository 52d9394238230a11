/** What a page says of how a site is, in words and shapes. */
import type { Reason } from "../../report/outcome.ts";
import type { SiteState } from "../../report/site_state.ts";

/** As a badge has it. */
export const STATE_WORDS: Readonly<Record<SiteState, string>> = {
  down: "Down",
  degraded: "Degraded",
  stale: "Stale",
  inconclusive: "Inconclusive",
  up: "Up",
};

/** A shape beside the colour, for those who do not tell colours apart. */
export const STATE_SHAPES: Readonly<Record<SiteState, string>> = {
  down: "✕",
  degraded: "!",
  stale: "…",
  inconclusive: "?",
  up: "✓",
};

/** Why a site is not up, as people say it. */
export const REASON_WORDS: Readonly<Record<Reason, string>> = {
  dns: "Its name was not found",
  connect_refused: "It refused the connection",
  connect_timeout: "It did not accept the connection in time",
  reset: "It broke the connection off",
  tls_expired: "Its certificate has expired",
  tls_name: "Its certificate is for another name",
  tls_untrusted: "Its certificate is not trusted",
  tls_other: "No secure connection came about",
  timeout: "It did not answer in time",
  redirect_loop: "It redirects in circles",
  protocol: "It did not answer in HTTP",
  body_too_large: "Its answer is too large",
  status: "It answered with another status than expected",
  header: "A header is not as expected",
  body: "Its content is not as expected",
  json: "Its data is not as expected",
  size: "Its size is not as expected",
  inverted: "It answers as it should not",
  slow: "It answers slowly",
  certificate_soon: "Its certificate expires soon",
  proxy: "The proxy did not lead to it",
  redirect_refused: "It redirects from https to http",
  blocked_by_policy: "Its address may not be spoken to",
  internal: "The check itself failed",
};
