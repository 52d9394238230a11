/** What the status page is set up with beside `web` itself: what it says of sites, and its files. */
import type { Announcement, PublicSite } from "../runtime/public_page.ts";

export interface PageSettings {
  /** The sites of a public page, by their own names; undefined where the file has none, or it is not public. */
  readonly listed: ReadonlyMap<string, PublicSite> | undefined;
  readonly announcements: readonly Announcement[];
  /** The text of an SVG. */
  readonly logo: string | undefined;
}
