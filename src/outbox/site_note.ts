/** A note about a site: what must outlive the process beside the reports that it is about. */

/** A few bytes that are kept under a name until they are replaced; `null` removes them. */
export interface SiteNote {
  readonly name: string;
  readonly value: string | null;
}
