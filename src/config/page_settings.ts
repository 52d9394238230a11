/** What the status page is set up with beside `web` itself: what it says of sites, and its files. */

/** How everybody sees a site. */
export interface ListedSite {
  readonly name?: string;
  readonly group?: string;
  readonly order?: number;
  readonly hidden?: boolean;
}

export interface PageAnnouncement {
  readonly type: "info" | "maintenance" | "outage";
  readonly text: string;
  readonly from?: Date;
  readonly until?: Date;
  /** Names of sites, as readers of the page see them. */
  readonly sites?: readonly string[];
}

export interface PageSettings {
  /** The sites of a public page, by their own names; undefined where the file has none, or it is not public. */
  readonly listed: ReadonlyMap<string, ListedSite> | undefined;
  readonly announcements: readonly PageAnnouncement[];
  /** The text of an SVG. */
  readonly logo: string | undefined;
}
