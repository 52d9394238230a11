/**
 * An Atom feed of a site's changes.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4287
 */
import { html } from "hono/html";
import type { SiteHistory, Transition } from "../../status/queries.ts";
import { REASON_WORDS, STATE_WORDS } from "../state_words.ts";
import { type Html, sitePath } from "./markup.ts";
import { changeId } from "./site_events.ts";

/** Entries of the feed, newest first. */
const ENTRIES_MAX = 50;
/** XML 1.0 cannot represent these: one of them in a name would break the whole feed. */
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** The feed of one site with its `histories` at all locations, linked to the service at `origin`. */
export function feed(
  { title, histories, origin }: {
    title: string;
    histories: readonly SiteHistory[];
    origin: string;
  },
): Html {
  const { site } = histories[0]!.status;
  const entries = histories.flatMap(({ status: { location }, transitions }) =>
    transitions.map((transition) => ({ ...transition, location }))
  ).sort((a, b) => b.at.getTime() - a.at.getTime()).slice(0, ENTRIES_MAX);
  const name = xmlText(site);
  const page = origin + sitePath(name);
  const updated = entries[0]?.at ?? histories[0]!.status.checked_at;
  return html`
    <?xml version="1.0" encoding="utf-8"?>
    <feed xmlns="http://www.w3.org/2005/Atom">
    <id>${page}</id>
    <title>${name} · ${xmlText(title)}</title>
    <updated>${updated.toISOString()}</updated>
    <author><name>${xmlText(title)}</name></author>
    <link rel="self" href="${page}.atom"/>
    <link rel="alternate" href="${page}"/>
    ${entries.map((entry) => feedEntry(entry, name, page))}</feed>
  `;
}

function feedEntry(
  { at, from, to, reason, location }: Transition & { readonly location: string },
  name: string,
  page: string,
): Html {
  const now = STATE_WORDS[to].toLowerCase();
  const before = from === null ? "" : `, after ${STATE_WORDS[from].toLowerCase()}`;
  const why = reason === null ? "" : `. ${REASON_WORDS[reason]}`;
  const place = encodeURIComponent(xmlText(location));
  return html`
    <entry>
      <id>${page}#${at.getTime()}-${place}-${to}</id>
      <title>${name} is ${now}</title>
      <updated>${at.toISOString()}</updated>
      <link rel="alternate" href="${page}?location=${place}#${changeId({ at, to })}" />
      <content type="text">${name} at ${xmlText(location)} is ${now}${before}${why}</content>
    </entry>
  `;
}

function xmlText(text: string): string {
  return text.toWellFormed().replace(NOT_XML, "\ufffd");
}
