/** Sentences about a status, for the overview and for the page of a site. */
import { html } from "hono/html";
import type { SiteStatus } from "../../status/queries.ts";
import { type Html, lasting } from "./markup.ts";
import { REASON_WORDS, STATE_WORDS } from "../state_words.ts";

/** Why a site is not up; for a stale site first that its state is unknown. */
export function whySentence({ stale, reason, error_text }: SiteStatus): Html {
  if (reason === null && !stale) return html``;
  const words = reason === null ? "" : REASON_WORDS[reason];
  const error = error_text === null ? "" : html`: <bdi class="error">${error_text}</bdi>`;
  if (!stale) return html`<p class="why">${words}${error}</p>`;
  const before = reason === null ? "" : html`
    <span class="error">Last error: ${words}${error}</span>
  `;
  return html`<p class="why">No recent result: the current state is unknown.${before}</p>`;
}

/** `Down for 3 min`; for a stale site the last known state, without a duration. */
export function sinceSentence({ outcome, stale, since }: SiteStatus, now: Date): Html {
  const word = STATE_WORDS[outcome];
  if (stale) return html`<span>Last known ${word.toLowerCase()}</span>`;
  return since === null ? html`` : html`<span>${word} for ${lasting(since, now)}</span>`;
}
