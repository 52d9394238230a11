/** What a site, or whoever can write to the topic, would put everywhere: markup that runs. */
import type { Making } from "./made_reports.ts";

export const EVIL =
  `</title></pre></script>"'><script>evil()</script><img src=x onerror=evil()>&lt;<svg onload=evil()>`;

export const EVIL_REPORT: Making & { site: string } = {
  site: `${EVIL}/..%2F?#.atom`,
  location: EVIL,
  url: `javascript:evil()//${EVIL}`,
  outcome: "down",
  reason: "body",
  error_text: `${EVIL}\u0001\u202e`,
  remote_address: EVIL,
  http_version: EVIL,
  final_url: `javascript:evil()//${EVIL}`,
  certificate_issuer: EVIL,
  failures: [EVIL, EVIL],
  snippet: EVIL,
  labels: { [EVIL]: EVIL },
};
