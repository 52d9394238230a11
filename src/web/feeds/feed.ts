/**
 * An Atom feed of a site's changes.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4287
 */
import { html } from "hono/html";
import type { SiteHistory, Transition } from "../../status/queries.ts";
import type { Outcome } from "../../report/outcome.ts";
import { texts } from "../texts/texts.ts";
import { type WholeState, wholeStateOf } from "../../status/whole_sites.ts";
import { sitePath } from "../../report/site_path.ts";
import { type Html, stateText, xmlText } from "../pages/markup.ts";
import { incidentPath } from "../incident_id.ts";

/** Entries of the feed, newest first. */
const ENTRIES_MAX = 50;
/** The feed of one site with its `histories` at all locations, linked to the overview at `root`. */
export function feed(
  { title, histories, root, quorum }: {
    title: string;
    /** How many locations have to find the site in trouble. */
    quorum: number;
    histories: readonly SiteHistory[];
    /** Ends with a slash. */
    root: string;
  },
): Html {
  const { site } = histories[0]!.status;
  const entries = changesOf(histories, quorum).toReversed().slice(0, ENTRIES_MAX);
  const name = xmlText(site);
  const page = root + sitePath(name);
  const updated = entries[0]?.transition.at ?? histories[0]!.status.checked_at;
  return html`
    <?xml version="1.0" encoding="utf-8"?>
    <feed xmlns="http://www.w3.org/2005/Atom">
    <id>${page}</id>
    <title>${name} · ${xmlText(title)}</title>
    <updated>${updated.toISOString()}</updated>
    <author><name>${xmlText(title)}</name></author>
    <link rel="self" href="${page}.atom"/>
    <link rel="alternate" href="${page}"/>
    ${entries.map((entry) =>
      feedEntry(entry, { site, root, page, hasLocations: histories.length > 1 })
    )}</feed>
  `;
}

/** A change of the site as a whole, and the transition of the location that brought it. */
interface Change {
  readonly transition: Transition;
  readonly location: string;
  /** When the incident began that the transition belongs to; undefined for none, or one of before. */
  readonly beganAt: Date | undefined;
  readonly before: WholeState | undefined;
  readonly now: WholeState;
}

/** The oldest first. */
function changesOf(histories: readonly SiteHistory[], quorum: number): Change[] {
  const outcomes = new Map<string, Outcome>();
  const begun = new Map<string, Date | undefined>();
  const transitions = histories.flatMap(({ status: { location, outcome }, transitions }) => {
    const first = transitions.at(-1);
    const before = first === undefined ? outcome : first.from;
    if (before !== null) outcomes.set(location, before);
    return transitions.map((transition) => ({ transition, location }));
  }).sort((a, b) => a.transition.at.getTime() - b.transition.at.getTime());
  let before = outcomes.size === 0 ? undefined : wholeStateOf([...outcomes.values()], quorum);
  return transitions.flatMap(({ transition, location }) => {
    outcomes.set(location, transition.to);
    const { from, to, at } = transition;
    if (to !== "up" && (from === null || from === "up")) begun.set(location, at);
    const beganAt = begun.get(location);
    if (to === "up") begun.delete(location);
    const now = wholeStateOf([...outcomes.values()], quorum);
    const change = { transition, location, beganAt, before, now };
    const isSame = before?.state === now.state && before.isPartial === now.isPartial;
    before = now;
    return isSame ? [] : [change];
  });
}

function feedEntry(
  { transition, location, beganAt, before, now }: Change,
  { site, root, page, hasLocations }: {
    site: string;
    root: string;
    page: string;
    hasLocations: boolean;
  },
): Html {
  const { at, to, reason } = transition;
  const name = xmlText(site);
  const state = stateText(now).toLowerCase();
  const after = before === undefined ? "" : texts().after(stateText(before).toLowerCase());
  const why = reason === null ? "" : `. ${texts().reasons[reason]}`;
  const place = encodeURIComponent(xmlText(location));
  const from = hasLocations ? texts().seenFrom(xmlText(location)) : "";
  return html`
    <entry>
      <id>${page}#${at.getTime()}-${place}-${to}</id>
      <title>${texts().isNow(name, state)}</title>
      <updated>${at.toISOString()}</updated>
      <link rel="alternate" href="${beganAt === undefined
        ? `${page}?location=${place}`
        : root + incidentPath({ site, location }, beganAt)}" />
      <content type="text">${texts().isNow(name, state)}${after}${from}${why}</content>
    </entry>
  `;
}
