/** Finds a site by the name in a path, at one or all of its locations. */
import {
  type DayCoverage,
  type HistoryOptions,
  keyOf,
  type SiteHistory,
  type SiteKey,
  type SiteStatus,
  type SiteUptime,
} from "../status/queries.ts";
import { BAR_DAYS } from "./live/status_cache.ts";
import type { StatusSource, View } from "./live/status_source.ts";

/** Days of response times that are shown unless others are asked for. */
export const LATENCY_DAYS_DEFAULT = 7;

/** What is known of a site at one location. */
export interface LocationHistory {
  readonly history: SiteHistory;
  readonly uptime: SiteUptime | undefined;
  /** {@linkcode BAR_DAYS} days, the oldest first. */
  readonly days: readonly DayCoverage[];
}

/** Thrown for a site that is unknown, or while the store does not respond. */
export class LookupError extends Error {
  override readonly name = "LookupError";

  constructor(readonly status: 404 | 503) {
    super(status === 404 ? "no such site" : "the status database does not respond");
  }
}

/** Why nothing is found: there is no such thing, or nobody can tell. */
export function nothingIn({ failingSince }: View): LookupError {
  return new LookupError(failingSince === undefined ? 404 : 503);
}

/** The site at each location, sorted; none when the site is unknown. */
export function locationsOf({ statuses }: View, name: string): readonly SiteStatus[] {
  return statuses.filter(({ site }) => site === name);
}

/** The history of a site at these locations. */
export async function lookUp(
  source: StatusSource,
  view: View,
  { locations, ...latency }: {
    readonly locations: readonly SiteKey[];
  } & Pick<HistoryOptions, "latencyDays" | "latencyStep">,
): Promise<LocationHistory[]> {
  if (locations.length === 0) throw nothingIn(view);
  const options = { transitionDays: BAR_DAYS, ...latency };
  const sites = locations.map(({ site, location }) => ({ site, location }));
  const days = await source.days(sites);
  return await Promise.all(sites.map(async (site) => {
    const history = await source.history(site, options);
    if (history === undefined) throw new LookupError(503);
    return { history, uptime: view.uptimes.get(keyOf(site)), days: days.get(keyOf(site)) ?? [] };
  }));
}
