/** Small parts of pages, with their markup. Foreign text goes through `html`, which escapes it. */
import { html } from "hono/html";
import type { Outcome } from "../../report/outcome.ts";
import { relativeTime, span } from "../../runtime/relative_time.ts";
import type { SiteState } from "../../report/site_state.ts";
import { STATE_SHAPES, STATE_WORDS } from "../state_words.ts";

/** Escaped markup. */
export type Html = ReturnType<typeof html>;

/** The text of a document, without the white space around its source. */
export async function documentText(markup: Html): Promise<string> {
  return `${await markup}`.trim();
}

/** The state as a word, a shape and a color. */
export function stateBadge(state: SiteState): Html {
  return html`
    <span
      class="badge ${state}"><span class="shape" aria-hidden="true">${STATE_SHAPES[
        state
      ]}</span>${STATE_WORDS[state]}</span>
  `;
}

/** A relative time, updated by page.js; the exact time is its tooltip. */
export function ago(time: Date, now: Date): Html {
  return html`<time datetime="${time.toISOString()}" title="${utc(time)}">${
    relativeTime(time, now)
  }</time>`;
}

/** A duration until now, such as `3 min`, updated by page.js. */
export function lasting(since: Date, now: Date): Html {
  const seconds = Math.max(0, Math.floor((now.getTime() - since.getTime()) / 1_000));
  return html`
    <time class="lasting" datetime="${since.toISOString()}" title="${utc(since)}">${span(
      seconds,
    )}</time>
  `;
}

/** `2026-05-01 12:00:00 UTC`. */
export function utc(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** An http or https url as a link; any other as text. */
export function externalLink(url: string): Html {
  if (!/^https?:\/\//i.test(url)) return html`<bdi>${url}</bdi>`;
  return html`<a href="${url}" rel="noreferrer noopener nofollow"><bdi>${url}</bdi></a>`;
}

/** The path of a site's page; with a location if the site has several. */
export function sitePath(site: string, location?: string): string {
  const query = location === undefined ? "" : `?location=${encodeURIComponent(location)}`;
  return `/sites/${encodeURIComponent(site)}${query}`;
}

/** `412 µs`, `38 ms`, `2.1 s`. */
export function duration(micros: number): string {
  if (micros < 1_000) return `${micros} µs`;
  if (micros < 2_000_000) return `${Math.round(micros / 1_000)} ms`;
  return `${(micros / 1_000_000).toFixed(1)} s`;
}

/** The word of an outcome, at the beginning of a sentence. */
export function outcomeWord(outcome: Outcome): string {
  return STATE_WORDS[outcome];
}
