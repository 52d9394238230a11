/** The events of a site: state changes, failures with the response, recent checks. */
import { html } from "hono/html";
import { span } from "../../runtime/relative_time.ts";
import type { HistoryReport, Transition } from "../../status/queries.ts";
import { ago, externalLink, type Html, stateBadge, utc } from "./markup.ts";
import { phaseBar } from "./phase_bar.ts";
import { REASON_WORDS } from "../state_words.ts";

/** Changes on the page; the API has more. */
const TRANSITIONS_SHOWN_MAX = 50;
/** Changes that are visible without a click. */
const TRANSITIONS_OPEN_MAX = 8;

/** The newest first, each with its duration. */
export function transitionTable(transitions: readonly Transition[], now: Date): Html {
  if (transitions.length === 0) return html`<p class="note">No changes in 90 days.</p>`;
  const rows = transitions.slice(0, TRANSITIONS_SHOWN_MAX).map(({ at, to, reason }, index) => {
    const until = index === 0 ? now : transitions[index - 1]!.at;
    const seconds = Math.max(0, Math.floor((until.getTime() - at.getTime()) / 1_000));
    const why = reason === null ? "" : html`
      <span>${REASON_WORDS[reason]}</span>
    `;
    return html`
      <tr>
        <td>${stateBadge(to)}${why}</td>
        <td>${moment(at)} <small>${ago(at, now)}</small></td>
        <td>${index === 0 ? "ongoing" : `for ${span(seconds)}`}</td>
      </tr>
    `;
  });
  const older = rows.slice(TRANSITIONS_OPEN_MAX);
  return html`${table(["State", "Since (UTC)", "Duration"], rows.slice(0, TRANSITIONS_OPEN_MAX))}
${
    older.length === 0
      ? ""
      : html`<details><summary>${older.length} older</summary>${
        table(["State", "Since (UTC)", "Duration"], older)
      }</details>`
  }`;
}

/** The report that began each incident, with the response of the site. */
export function failureList(failures: readonly HistoryReport[], now: Date): Html {
  if (failures.length === 0) return html`<p class="note">No failures recorded.</p>`;
  return html`${failures.map((failure, index) => failureDetails(failure, index === 0, now))}`;
}

function failureDetails(report: HistoryReport, isOpen: boolean, now: Date): Html {
  const { outcome, reason, error_text, checked_at, failures, final_url, snippet, timings } = report;
  const summary = reason === null ? "" : REASON_WORDS[reason];
  return html`<details class="failure" ${isOpen ? html`open` : ""}>
<summary>${stateBadge(outcome)} <span>${summary}</span> <span class="when">${
    ago(checked_at, now)
  }</span></summary>
${error_text === null ? "" : html`<p><bdi class="error">${error_text}</bdi></p>`}
${
    failures.length === 0
      ? ""
      : html`<ul>${failures.map((text) => html`<li><bdi>${text}</bdi></li>`)}</ul>`
  }
<dl class="pairs">
<div><dt>Checked</dt><dd>${utc(checked_at)}</dd></div>
<div><dt>Status</dt><dd>${report.response_code ?? "no response"}</dd></div>
${
    final_url === null ? "" : html`
      <div>
        <dt>Redirected to</dt>
        <dd>${externalLink(final_url)}</dd>
      </div>
    `
  }
${
    report.remote_address === null ? "" : html`
      <div>
        <dt>Address</dt>
        <dd><bdi>${report.remote_address}</bdi></dd>
      </div>
    `
  }
</dl>
${timings === null ? "" : phaseBar(timings)}
${
    snippet === null || snippet === "" ? "" : html`<p>Response:</p>
<pre tabindex="0" role="region" aria-label="Start of the response"><code>${snippet}</code></pre>`
  }
</details>`;
}

/** The newest first, collapsed. */
export function reportTable(reports: readonly HistoryReport[]): Html {
  if (reports.length === 0) return html`<p class="note">No checks recorded.</p>`;
  const rows = reports.map(({ checked_at, outcome, reason, error_text, ...report }) => {
    const why = error_text ?? (reason === null ? "" : REASON_WORDS[reason]);
    return html`
      <tr>
        <td>${stateBadge(outcome)} <bdi>${why}</bdi></td>
        <td>${moment(checked_at)}</td>
        <td>${report.response_code ?? "–"}</td>
        <td>${report.response_time} ms</td>
      </tr>
    `;
  });
  return html`<details><summary>Latest ${reports.length}</summary>
${table(["Outcome", "Checked (UTC)", "Status", "Response time"], rows)}</details>`;
}

/** Date and time, which may wrap on a narrow screen. */
function moment(time: Date): Html {
  const [date, clock] = utc(time).split(" ");
  return html`<span class="whole">${date}</span> <span class="whole">${clock}</span>`;
}

function table(titles: readonly string[], rows: readonly Html[]): Html {
  return html`
    <table class="events">
      <thead>
        <tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}</tr>
      </thead>
      <tbody>${rows}</tbody>
    </table>
  `;
}
