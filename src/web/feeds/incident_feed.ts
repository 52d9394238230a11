/**
 * An Atom feed of incidents, of all sites or of one: an entry when one begins, and one when it ends.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4287
 */
import { html } from "hono/html";
import type { Incident } from "../../status/queries.ts";
import { incidentPath } from "../incident_id.ts";
import { texts } from "../texts/texts.ts";
import { causeWords, durationText } from "../pages/incident_list.ts";
import { type Html, xmlText } from "../pages/markup.ts";

/** Days whose incidents a feed has. */
export const FEED_DAYS = 30;
/** Entries of a feed, the newest. */
export const FEED_ENTRIES_MAX = 50;
/** When a feed without entries changed: always the same, so that its ETag is. */
const NEVER = new Date(0);

export interface IncidentFeedOptions {
  readonly title: string;
  /** The newest first. */
  readonly incidents: readonly Incident[];
  /** The overview; ends with a slash. */
  readonly root: string;
  /** Of the feed and of the page that it is about, below the root. */
  readonly feedPath: string;
  readonly pagePath: string;
}

export function incidentFeed(
  { title, incidents, root, feedPath, pagePath }: IncidentFeedOptions,
): Html {
  const entries = incidents.flatMap(entriesOf).sort((a, b) => b.at.getTime() - a.at.getTime())
    .slice(0, FEED_ENTRIES_MAX);
  return html`
    <?xml version="1.0" encoding="utf-8"?>
    <feed xmlns="http://www.w3.org/2005/Atom">
    <id>${root}${feedPath}</id>
    <title>${xmlText(title)}</title>
    <updated>${(entries[0]?.at ?? NEVER).toISOString()}</updated>
    <author><name>${xmlText(title)}</name></author>
    <link rel="self" href="${root}${feedPath}"/>
    <link rel="alternate" href="${root}${pagePath}"/>
    ${entries.map(({ incident, id, at, words, more }) => {
      const page = root + incidentPath(incident, incident.began_at);
      return html`
        <entry>
          <id>${page}#${id}</id>
          <title>${texts().isNow(xmlText(incident.site), words)}</title>
          <updated>${at.toISOString()}</updated>
          <link rel="alternate" href="${page}" />
          <content type="text">${more}</content>
        </entry>
      `;
    })}</feed>
  `;
}

function entriesOf(incident: Incident) {
  const { began_at, ended_at, outcome } = incident;
  const words = texts().states[outcome].toLowerCase();
  const began = { incident, id: "began", at: began_at, words, more: causeWords(incident) };
  if (ended_at === null) return [began];
  const more = durationText(incident);
  return [began, {
    incident,
    id: "ended",
    at: ended_at,
    words: texts().states.up.toLowerCase(),
    more,
  }];
}
