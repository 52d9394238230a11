/** What `sitemon status` shows: every site's status, or one site's past. */
import type {
  DayCoverage,
  SiteHistory,
  SiteStatus,
  SiteUptime,
  StatusQueries,
} from "../../status/queries.ts";

/** Days of bars and of changes in a story. */
const STORY_DAYS = 90;
/** Days of response times, by the hour. */
const STORY_LATENCY_DAYS = 2;

/** One site at one location, from its past to now. */
export interface SiteStory {
  readonly history: SiteHistory;
  readonly uptime: SiteUptime | undefined;
  /** {@linkcode STORY_DAYS} days, the oldest first. */
  readonly days: readonly DayCoverage[];
}

/** Statuses by site and location; of one site also its stories, one for each location. */
export interface SiteStories {
  readonly statuses: readonly SiteStatus[];
  readonly stories: readonly SiteStory[];
}

/** Reads them; with stories when a site is named. */
export async function siteStories(queries: StatusQueries, site?: string): Promise<SiteStories> {
  const all = await queries.statuses();
  if (site === undefined) return { statuses: all, stories: [] };
  const statuses = all.filter((status) => status.site === site);
  const uptimes = await queries.uptimes();
  const days = await queries.daily(statuses, STORY_DAYS);
  const stories: SiteStory[] = [];
  for (const [index, { location }] of statuses.entries()) {
    const history = await queries.history({ site, location }, {
      transitionDays: STORY_DAYS,
      latencyDays: STORY_LATENCY_DAYS,
    });
    const uptime = uptimes.find((one) => one.site === site && one.location === location);
    if (history) stories.push({ history, uptime, days: days[index]!.days });
  }
  return { statuses, stories };
}
