/** What an operator says of sites to everybody, as the configuration has it and the page shows it. */

/** How everybody sees a site. */
export interface PublicSite {
  /** Instead of its own name. */
  readonly name?: string;
  readonly group?: string;
  /** Its place among those in the same state; by name behind them when absent. */
  readonly order?: number;
  readonly hidden?: boolean;
}

/** What the operator says to readers, beside what was measured. */
export interface Announcement {
  readonly type: "info" | "maintenance" | "outage";
  readonly text: string;
  /** When it begins; absent for now. */
  readonly from?: Date;
  /** When it is over, and no longer shown; absent for never. */
  readonly until?: Date;
  /** The names of the sites that it is about, as readers see them; of all when absent. */
  readonly sites?: readonly string[];
}
