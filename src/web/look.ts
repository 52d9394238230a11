/** How the pages look: what the operator calls them, says on them, and shows of them. */
import type { Announcement } from "../runtime/public_page.ts";
import type { Locale } from "./texts/texts.ts";

export interface Look {
  /** What the page is called. */
  readonly title: string;
  /** Shows everybody what everybody may see, and nothing else. */
  readonly isPublic?: boolean;
  readonly announcements?: readonly Announcement[];
  /** Below the page. */
  readonly links?: readonly { readonly text: string; readonly url: string }[];
  readonly footer?: string;
  /** The color of links on light grounds, `#rrggbb`. */
  readonly accent?: string;
  /** IANA zone of the times; UTC when absent. Days and months are in UTC. */
  readonly timeZone?: string;
  /** The language of the pages; English when absent. */
  readonly locale?: Locale;
  /** The text of an SVG. */
  readonly logo?: string;
}

/** Those that are not over, of a site or of all: what lasts first, then what comes next. */
export function currentAnnouncements(
  { announcements = [] }: Pick<Look, "announcements">,
  { now, site }: { readonly now: Date; readonly site?: string },
): readonly Announcement[] {
  return announcements.filter(({ until, sites }) =>
    (until === undefined || until > now) &&
    (site === undefined || sites === undefined || sites.includes(site))
  ).toSorted((a, b) => beginOf(a, now) - beginOf(b, now));
}

/** What lasts already began before all that comes. */
function beginOf({ from }: Announcement, now: Date): number {
  return from === undefined || from <= now ? -Infinity : from.getTime();
}
