/**
 * An Atom feed of a site's changes.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4287
 */
import { html } from "hono/html";
import type { SiteHistory, Transition } from "../../status/queries.ts";
import { type Html, outcomeWord, sitePath } from "./markup.ts";
import { REASON_WORDS } from "../state_words.ts";

/** Entries of the feed, newest first. */
const ENTRIES_MAX = 50;
/** XML 1.0 cannot represent these: one of them in a name would break the whole feed. */
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

export interface FeedOptions {
  readonly title: string;
  /** Of each location. */
  readonly histories: readonly SiteHistory[];
  /** The origin of this service, without a trailing slash. */
  readonly origin: string;
}

interface Entry extends Transition {
  readonly location: string;
}

/** The feed of one site, with the changes at all of its locations. */
export function feed({ title, histories, origin }: FeedOptions): Html {
  const { site } = histories[0]!.status;
  const entries: Entry[] = histories.flatMap(({ status: { location }, transitions }) =>
    transitions.map((transition) => ({ ...transition, location }))
  ).sort((a, b) => b.at.getTime() - a.at.getTime()).slice(0, ENTRIES_MAX);
  const name = xmlText(site);
  const page = `${origin}${sitePath(name)}`;
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

function feedEntry({ at, from, to, reason, location }: Entry, name: string, page: string): Html {
  const before = from === null ? "" : `, after ${outcomeWord(from).toLowerCase()}`;
  const why = reason === null ? "" : `. ${REASON_WORDS[reason]}`;
  const place = encodeURIComponent(xmlText(location));
  return html`
    <entry>
      <id>${page}#${at.getTime()}-${place}-${to}</id>
      <title>${name} is ${outcomeWord(to).toLowerCase()}</title>
      <updated>${at.toISOString()}</updated>
      <link rel="alternate" href="${page}?location=${place}" />
      <content type="text">${name} at ${xmlText(location)} is ${outcomeWord(to)
        .toLowerCase()}${before}${why}</content>
    </entry>
  `;
}

function xmlText(text: string): string {
  return text.toWellFormed().replace(NOT_XML, "\ufffd");
}
