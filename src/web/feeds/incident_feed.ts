/**
 * An Atom feed of incidents, of all sites or of one: an entry when one begins, and one when it ends;
 * and of planned work, when it is announced.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4287
 */
import { html } from "hono/html";
import type { SiteState } from "../../report/site_state.ts";
import { clockTime } from "../../runtime/relative_time.ts";
import { type PlannedWork, WORK_ANNOUNCED_MS } from "../../status/planned_work.ts";
import type { Incident } from "../../status/queries.ts";
import { incidentPath } from "../incident_id.ts";
import { texts } from "../texts/texts.ts";
import { causeWords, durationText } from "../pages/incident_list.ts";
import { type Html, xmlText } from "../pages/markup.ts";

/** Days whose incidents a feed has. */
export const FEED_DAYS = 30;
/** Entries of a feed, the newest. */
export const FEED_ENTRIES_MAX = 50;
/** Sites of planned work that an entry names. */
const WORK_SITES_MAX = 20;
/** When a feed without entries changed: always the same, so that its ETag is. */
const NEVER = new Date(0);

export interface IncidentFeedOptions {
  readonly title: string;
  /** The newest first. */
  readonly incidents: readonly Incident[];
  /** Work that is announced. */
  readonly work?: readonly PlannedWork[];
  /** The overview; ends with a slash. */
  readonly root: string;
  /** Of the feed and of the page that it is about, below the root. */
  readonly feedPath: string;
  readonly pagePath: string;
}

export function incidentFeed(
  { title, incidents, work = [], root, feedPath, pagePath }: IncidentFeedOptions,
): Html {
  const entries = [...incidents.flatMap(entriesOf), ...work.map(entryOfWork)]
    .sort((a, b) => b.at.getTime() - a.at.getTime())
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
    ${entries.map(({ path, id, at, title, more }) =>
      html`
        <entry>
          <id>${root}${path}#${id}</id>
          <title>${title}</title>
          <updated>${at.toISOString()}</updated>
          <link rel="alternate" href="${root}${path}" />
          <content type="text">${more}</content>
        </entry>
      `
    )}</feed>
  `;
}

interface Entry {
  /** Of its page, below the root. */
  readonly path: string;
  /** Of its own on that page. */
  readonly id: string;
  readonly at: Date;
  readonly title: string;
  readonly more: string;
}

/** As of when it was announced, since an entry of the future would be none. */
function entryOfWork({ id, name, from, until, sites }: PlannedWork): Entry {
  const t = texts();
  const [begin, end] = [from, until].map((time) => `${clockTime(time)} UTC`);
  const names = sites === undefined ? t.all : sites.slice(0, WORK_SITES_MAX).join(", ");
  return {
    ...{ path: "", id: `work-${id}`, at: new Date(from.getTime() - WORK_ANNOUNCED_MS) },
    title: xmlText(`${t.notices.maintenance}${t.colon}${name}`),
    more: xmlText(`${t.from} ${begin} ${t.until} ${end} (${names})`),
  };
}

function entriesOf(incident: Incident): Entry[] {
  const { site, began_at, ended_at, outcome } = incident;
  const path = incidentPath(incident, began_at);
  const title = (state: SiteState) =>
    texts().isNow(xmlText(site), texts().states[state].toLowerCase());
  const began = {
    path,
    id: "began",
    at: began_at,
    title: title(outcome),
    more: causeWords(incident),
  };
  if (ended_at === null) return [began];
  return [began, {
    ...{ path, id: "ended", at: ended_at, title: title("up"), more: durationText(incident) },
  }];
}
