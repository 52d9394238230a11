/** Small parts of pages, with their markup. Foreign text goes through `html`, which escapes it. */
import { html } from "hono/html";
import { clockTime } from "../../runtime/relative_time.ts";
import { type SiteState, STATE_SHAPES, stateOf } from "../../report/site_state.ts";
import type { SiteStatus } from "../../status/queries.ts";
import type { WholeState } from "../../status/whole_sites.ts";
import type { Look } from "../look.ts";
import type { TimeZone } from "../time_zone.ts";
import { agoWords, spanWords } from "../texts/figures.ts";
import { texts } from "../texts/texts.ts";

/** Escaped markup. */
export type Html = ReturnType<typeof html>;

/** The text of a document, without the white space around its source. */
export async function documentText(markup: Html): Promise<string> {
  return `${await markup}`.trim();
}

/** XML 1.0 cannot represent these: one of them in a name would break the whole feed. */
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Text that XML can represent. */
export function xmlText(text: string): string {
  return text.toWellFormed().replace(NOT_XML, "\ufffd");
}

/** The state as a word, a shape and a color. */
export function stateBadge(state: SiteState, isPartial = false): Html {
  const shape = html`<span class="shape" aria-hidden="true">${STATE_SHAPES[state]}</span>`;
  return html`<span class="badge ${state}">${shape}${stateText({ state, isPartial })}</span>`;
}

/** `Down`, or `Down in part` where another location finds the site in a better state. */
export function stateText({ state, isPartial }: WholeState): string {
  const word = texts().states[state];
  return isPartial ? capitalized(texts().partly(word.toLowerCase())) : word;
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** What a label is called: the only one of a public page is the group of a site. */
export function labelName(key: string, { isPublic }: Look): string {
  return isPublic ? texts().group : key;
}

/** A location and what it finds: as a shape, and in words for who does not see it. */
export function locationMark(status: SiteStatus): Html {
  const state = stateOf(status);
  return html`
    <span class="shape" aria-hidden="true">${STATE_SHAPES[state]}</span> <bdi>${status
      .location}</bdi><span
      class="visually-hidden">${texts().colon}${texts().states[state].toLowerCase()}</span>
  `;
}

/** A relative time, updated by page.js; the exact time is its tooltip. */
export function ago(time: Date, now: Date): Html {
  return html`<time datetime="${machineTime(time)}" title="${utc(time)}">${
    agoWords(time, now)
  }</time>`;
}

/** A duration until now, such as `3 min`, updated by page.js. */
export function lasting(since: Date, now: Date): Html {
  const length = spanWords(Math.max(0, Math.floor((now.getTime() - since.getTime()) / 1_000)));
  return html`
    <time class="lasting" datetime="${machineTime(since)}" title="${utc(since)}">${length}</time>
  `;
}

/** `2026-05-01T12:00:00Z`: as exact as what is shown. */
function machineTime(time: Date): string {
  return `${time.toISOString().slice(0, "2026-05-01T12:00:00".length)}Z`;
}

/** `2026-05-01 12:00:00 UTC`. */
export function utc(time: Date): string {
  return `${clockTime(time)} UTC`;
}

/** A date and time by the clock of the page, of which page.js tells the reader's own. */
export function exactly(time: Date, zone: TimeZone): Html {
  return html`<time class="at" datetime="${machineTime(time)}">${zone.exact(time)}</time>`;
}

/** Date and time of an event in a table. */
export function moment(time: Date, zone: TimeZone): Html {
  return html`<time class="at whole" datetime="${machineTime(time)}">${zone.clock(time)}</time>`;
}

/** An http or https url as a link; any other as text. */
export function externalLink(url: string): Html {
  if (!/^https?:\/\//i.test(url)) return html`<bdi>${url}</bdi>`;
  return html`<a href="${url}" rel="noreferrer noopener nofollow"><bdi>${url}</bdi></a>`;
}

/** `412 µs`, `38 ms`, `2.1 s`. */
export function duration(micros: number): string {
  if (micros < 1_000) return `${micros} µs`;
  if (micros < 2_000_000) return `${Math.round(micros / 1_000)} ms`;
  return `${(micros / 1_000_000).toFixed(1)} s`;
}

/** What a table or a list shows in one place. */
export type Cell = Html | string | number;

/** One entry of a definition list. */
export function definition(name: Cell, value: Cell): Html {
  return html`
    <div>
      <dt>${name}</dt>
      <dd>${value}</dd>
    </div>
  `;
}

export function note(text: Cell): Html {
  return html`<p class="note">${text}</p>`;
}

/** Content that is hidden until it is opened. */
export function folded(summary: string, content: Html): Html {
  return html`<details><summary>${summary}</summary>${content}</details>`;
}

/** Figures of a page of their own, at `path` the element of its hash: page.js puts them here when they are opened. */
export function loadedWhenOpened(summary: string, path: string): Html {
  return html`
    <details class="loaded">
      <summary>${summary}</summary>
      <p><a href="${path}">${summary}</a></p>
    </details>
  `;
}

export interface ViewLink {
  readonly path: string;
  readonly text: Cell;
  readonly isCurrent: boolean;
  readonly className?: string;
}

/** Links between views of a page, of which the current one is marked. */
export function viewLinks(
  className: "tabs" | "states" | "rows",
  label: string,
  links: readonly ViewLink[],
): Html {
  return html`<nav class="${className}" aria-label="${label}">${
    links.map(({ path, text, isCurrent, className }) =>
      html`<a href="${path}" ${className === undefined ? "" : html`class="${className}"`} ${
        isCurrent ? html`aria-current="page"` : ""
      }>${text}</a>`
    )
  }</nav>`;
}

type Rows = readonly (readonly Cell[])[];

/** Events, the newest first. */
export function eventTable(titles: readonly string[], rows: Rows): Html {
  return table("events", titles, rows.map((cells) => html`<tr>${cells.map(cellOf)}</tr>`));
}

/** Figures that scroll by themselves on a narrow screen; the first cell of a row is its heading. */
export function figureTable(label: string, titles: readonly string[], rows: Rows): Html {
  const lines = rows.map(([heading, ...cells]) =>
    html`<tr><th scope="row">${heading}</th>${cells.map(cellOf)}</tr>`
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">${
    table("figures", titles, lines)
  }</div>`;
}

function cellOf(content: Cell): Html {
  return html`<td>${content}</td>`;
}

function table(className: string, titles: readonly string[], rows: readonly Html[]): Html {
  const headings = titles.map((title) => html`<th scope="col">${title}</th>`);
  return html`
    <table class="${className}">
      <thead>
        <tr>${headings}</tr>
      </thead>
      <tbody>${rows}</tbody>
    </table>
  `;
}
