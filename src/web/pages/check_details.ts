/** Checks of a site: one with all that was seen of it, and the latest as a table. */
import { html } from "hono/html";
import type { HistoryReport } from "../../status/queries.ts";
import type { TimeZone } from "../time_zone.ts";
import { REASON_WORDS } from "../state_words.ts";
import {
  definition,
  eventTable,
  exactly,
  externalLink,
  folded,
  type Html,
  moment,
  note,
  stateBadge,
} from "./markup.ts";
import { phaseBar } from "./phase_bar.ts";

/** A check with the response of the site. */
export function checkDetails(report: HistoryReport, zone: TimeZone): Html {
  const { error_text, checked_at, failures, timings } = report;
  const { final_url, remote_address, snippet } = report;
  return html`<div class="check">
${error_text === null ? "" : html`<p><bdi class="error">${error_text}</bdi></p>`}
${
    failures.length === 0
      ? ""
      : html`<ul>${failures.map((text) => html`<li><bdi>${text}</bdi></li>`)}</ul>`
  }
<dl class="pairs">
${definition("Checked", exactly(checked_at, zone))}
${definition("Status", report.response_code ?? "no response")}
${final_url === null ? "" : definition("Redirected to", externalLink(final_url))}
${remote_address === null ? "" : definition("Address", html`<bdi>${remote_address}</bdi>`)}
</dl>
${timings === null ? "" : phaseBar(timings)}
${
    snippet === null || snippet === "" ? "" : html`<p>Response:</p>
<pre tabindex="0" role="region" aria-label="Start of the response"><code>${snippet}</code></pre>`
  }
</div>`;
}

/** The newest first, collapsed. */
export function reportTable(reports: readonly HistoryReport[], zone: TimeZone): Html {
  if (reports.length === 0) return note("No checks recorded.");
  const rows = reports.map(({ checked_at, outcome, reason, error_text, ...report }) => {
    const why = error_text ?? (reason === null ? "" : REASON_WORDS[reason]);
    return [
      html`${stateBadge(outcome)} <bdi>${why}</bdi>`,
      moment(checked_at, zone),
      report.response_code ?? "–",
      html`<span class="whole">${report.response_time} ms</span>`,
    ];
  });
  const titles = ["Outcome", `Checked (${zone.name})`, "Status", "Response time"];
  return folded(`Latest ${reports.length}`, eventTable(titles, rows));
}
