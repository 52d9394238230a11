/** Sentences about a status, for the overview and for the page of a site. */
import { html } from "hono/html";
import type { SiteStatus } from "../../status/queries.ts";
import { type Html, lasting } from "./markup.ts";
import { texts } from "../texts/texts.ts";

/** Why a site is not up; for a stale site first that its state is unknown. */
export function whySentence({ stale, reason, error_text }: SiteStatus): Html {
  if (reason === null && !stale) return html``;
  const words = reason === null ? "" : texts().reasons[reason];
  const error = error_text === null ? "" : html`: <bdi class="error">${error_text}</bdi>`;
  if (!stale) return html`<p class="why">${words}${error}</p>`;
  const before = reason === null ? "" : html`
    <span class="error">${texts().lastError}: ${words}${error}</span>
  `;
  return html`<p class="why">${texts().noRecentResult}: ${texts().stateUnknown}${before}</p>`;
}

/** `Down for 3 min`; for a stale site the last known state, without a duration. */
export function sinceSentence({ outcome, stale, since }: SiteStatus, now: Date): Html {
  const word = texts().states[outcome];
  if (stale) return html`<span>${texts().lastKnown}: ${word.toLowerCase()}</span>`;
  return since === null
    ? html``
    : html`<span>${word} ${texts().lasting} ${lasting(since, now)}</span>`;
}
