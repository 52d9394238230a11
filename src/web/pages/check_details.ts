/** Checks of a site: one with all that was seen of it, and the latest as a table. */
import { html } from "hono/html";
import type { HistoryReport } from "../../status/queries.ts";
import type { TimeZone } from "../time_zone.ts";
import { texts } from "../texts/texts.ts";
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
  const others = failures.filter((text) => text !== error_text);
  return html`<div class="check">
${error_text === null ? "" : html`<p><bdi class="error">${error_text}</bdi></p>`}
${
    others.length === 0
      ? ""
      : html`<ul>${others.map((text) => html`<li><bdi>${text}</bdi></li>`)}</ul>`
  }
<dl class="pairs">
${definition(texts().checkedAt, exactly(checked_at, zone))}
${definition(texts().status, report.response_code ?? texts().noResponse)}
${final_url === null ? "" : definition(texts().redirectedTo, externalLink(final_url))}
${remote_address === null ? "" : definition(texts().address, html`<bdi>${remote_address}</bdi>`)}
</dl>
${timings === null ? "" : phaseBar(timings)}
${
    snippet === null || snippet === "" ? "" : html`<p>${texts().response}</p>
<pre tabindex="0" role="region" aria-label="${texts().startOfResponse}"><code>${snippet}</code></pre>`
  }
</div>`;
}

/** The newest first, collapsed. */
export function reportTable(reports: readonly HistoryReport[], zone: TimeZone): Html {
  if (reports.length === 0) return note(texts().noChecks);
  const rows = reports.map(({ checked_at, outcome, reason, error_text, ...report }) => {
    const why = error_text ?? (reason === null ? "" : texts().reasons[reason]);
    return [
      html`${stateBadge(outcome)} <bdi>${why}</bdi>`,
      moment(checked_at, zone),
      report.response_code ?? "–",
      html`<span class="whole">${report.response_time} ms</span>`,
    ];
  });
  const titles = [
    texts().outcome,
    `${texts().checkedAt} (${zone.name})`,
    texts().status,
    texts().responseTime,
  ];
  return folded(texts().latest(reports.length), eventTable(titles, rows));
}
