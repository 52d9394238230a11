/** Sentences about a status, for the overview and for the page of a site. */
import { html } from "hono/html";
import type { SiteStatus } from "../../status/queries.ts";
import { type Html, lasting } from "./markup.ts";
import { texts } from "../texts/texts.ts";

/** Why a site is not up; for a stale site first that its state is unknown. */
export function whySentence({ stale, reason, error_text }: SiteStatus): Html {
  if (reason === null && !stale) return html``;
  const cause = causeOf(reason === null ? "" : texts().reasons[reason], error_text ?? "");
  if (!stale) return html`<p class="why">${cause}</p>`;
  const before = reason === null ? "" : html`
    <span class="error">${texts().lastError}${texts().colon}${cause}</span>
  `;
  return html`<p class="why">${texts().noRecentResult}${texts().colon}${texts().stateUnknown}${before}</p>`;
}

/** `Slow response: 3,204 ms`; an error that begins with the same words says them once. */
function causeOf(words: string, error: string): Html {
  if (error === "") return html`${words}`;
  const isSaid = error.toLowerCase().startsWith(words.toLowerCase()) &&
    !/^[\p{L}\p{N}]/u.test(error.slice(words.length));
  const rest = isSaid ? error.slice(words.length) : error;
  return html`${words}${isSaid ? "" : texts().colon}<bdi class="error">${rest}</bdi>`;
}

/** `Down for 3 min`; for a stale site the last known state, without a duration. */
export function sinceSentence({ outcome, stale, since }: SiteStatus, now: Date): Html {
  const word = texts().states[outcome];
  if (stale) return html`<span>${texts().lastKnown}${texts().colon}${word.toLowerCase()}</span>`;
  return since === null
    ? html``
    : html`<span>${word} ${texts().lasting} ${lasting(since, now)}</span>`;
}
