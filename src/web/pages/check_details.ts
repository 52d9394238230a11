/** The events of a site: state changes, failures with the response, recent checks. */
import { html } from "hono/html";
import { span } from "../../runtime/relative_time.ts";
import type { HistoryReport, Transition } from "../../status/queries.ts";
import { REASON_WORDS } from "../state_words.ts";
import {
  ago,
  definition,
  eventTable,
  externalLink,
  folded,
  type Html,
  note,
  stateBadge,
  utc,
} from "./markup.ts";
import { phaseBar } from "./phase_bar.ts";

/** Changes on the page; the API has more. */
const TRANSITIONS_SHOWN_MAX = 50;
/** Changes that are visible without a click. */
const TRANSITIONS_OPEN_MAX = 8;

/** The newest first, each with its duration; of a stale site nobody knows whether the last one lasts. */
export function transitionTable(
  transitions: readonly Transition[],
  { now, isStale }: { readonly now: Date; readonly isStale: boolean },
): Html {
  if (transitions.length === 0) return note("No changes in 90 days.");
  const rows = transitions.slice(0, TRANSITIONS_SHOWN_MAX).map(({ at, to, reason }, index) => {
    const until = index === 0 ? now : transitions[index - 1]!.at;
    const seconds = Math.max(0, Math.floor((until.getTime() - at.getTime()) / 1_000));
    return [
      html`<span id="${changeId({ at, to })}">${stateBadge(to)}</span> ${
        reason === null ? "" : html`<span>${REASON_WORDS[reason]}</span>`
      }`,
      html`${moment(at)} <small>${ago(at, now)}</small>`,
      index === 0 ? (isStale ? "unknown" : "ongoing") : `for ${span(seconds)}`,
    ];
  });
  const titles = ["State", "Since (UTC)", "Duration"];
  const newest = eventTable(titles, rows.slice(0, TRANSITIONS_OPEN_MAX));
  const older = rows.slice(TRANSITIONS_OPEN_MAX);
  if (older.length === 0) return newest;
  return html`${newest}${folded(`${older.length} older`, eventTable(titles, older))}`;
}

/** The anchor of a change on the page of its site and location. */
export function changeId({ at, to }: Pick<Transition, "at" | "to">): string {
  return `change-${at.getTime()}-${to}`;
}

/** The report that began each incident, with the response of the site. */
export function failureList(failures: readonly HistoryReport[], now: Date): Html {
  if (failures.length === 0) return note("No failures recorded.");
  return html`${failures.map((failure, index) => failureDetails(failure, index === 0, now))}`;
}

function failureDetails(report: HistoryReport, isOpen: boolean, now: Date): Html {
  const { outcome, reason, error_text, checked_at, failures, timings } = report;
  const { final_url, remote_address, snippet } = report;
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
${definition("Checked", utc(checked_at))}
${definition("Status", report.response_code ?? "no response")}
${final_url === null ? "" : definition("Redirected to", externalLink(final_url))}
${remote_address === null ? "" : definition("Address", html`<bdi>${remote_address}</bdi>`)}
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
  if (reports.length === 0) return note("No checks recorded.");
  const rows = reports.map(({ checked_at, outcome, reason, error_text, ...report }) => {
    const why = error_text ?? (reason === null ? "" : REASON_WORDS[reason]);
    return [
      html`${stateBadge(outcome)} <bdi>${why}</bdi>`,
      moment(checked_at),
      report.response_code ?? "–",
      `${report.response_time} ms`,
    ];
  });
  const titles = ["Outcome", "Checked (UTC)", "Status", "Response time"];
  return folded(`Latest ${reports.length}`, eventTable(titles, rows));
}

/** Date and time, which may wrap on a narrow screen. */
function moment(time: Date): Html {
  const [date, clock] = utc(time).split(" ");
  return html`<span class="whole">${date}</span> <span class="whole">${clock}</span>`;
}
