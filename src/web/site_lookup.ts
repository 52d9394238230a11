/** Finds a site by the name in a path, at one or all of its locations. */
import type { DayCoverage, HistoryOptions, SiteHistory, SiteUptime } from "../status/queries.ts";
import { BAR_DAYS, type Board, type View } from "./live/board.ts";
import { keyOf } from "./site_key.ts";

/** What is known of a site at one location. */
export interface LocationHistory {
  readonly history: SiteHistory;
  readonly uptime: SiteUptime | undefined;
  /** {@linkcode BAR_DAYS} days, the oldest first. */
  readonly days: readonly DayCoverage[];
}

/** Thrown for what there is no answer to. */
export class LookupError extends Error {
  override readonly name = "LookupError";
  /** 404 when the site is unknown, 503 when nobody knows at the moment. */
  readonly status: 404 | 503;

  constructor(status: 404 | 503) {
    super(status === 404 ? "There is no such site" : "The store does not answer");
    this.status = status;
  }
}

/** Of a site that was asked for: where it is checked from, in order; none when it is unknown. */
export function locationsOf({ statuses }: View, name: string): string[] {
  return statuses.filter(({ site }) => site === name).map(({ location }) => location);
}

/** All that is known of a site at these locations. */
export async function lookUp(
  board: Board,
  view: View,
  { name, locations, latencyDays }: {
    readonly name: string;
    readonly locations: readonly string[];
    readonly latencyDays: number;
  },
): Promise<LocationHistory[]> {
  if (locations.length === 0) {
    throw new LookupError(view.failingSince === undefined ? 404 : 503);
  }
  const options: HistoryOptions = { transitionDays: BAR_DAYS, latencyDays };
  const sites = locations.map((location) => ({ site: name, location }));
  const days = await board.days(sites);
  return await Promise.all(sites.map(async (site) => {
    const history = await board.history(site, options);
    if (history === undefined) throw new LookupError(503);
    return { history, uptime: view.uptimes.get(keyOf(site)), days: days.get(keyOf(site)) ?? [] };
  }));
}
