/** A thread for `sitemon status`: reads every site's status, or one site's story from its store. */
import { systemClock as clock } from "../../runtime/clock.ts";
import { serveTask } from "../../runtime/threads/thread.ts";
import { openStore, type StoreAddress } from "../../status/open_store.ts";
import type {
  DayCoverage,
  SiteHistory,
  SiteStatus,
  SiteUptime,
  StatusQueries,
} from "../../status/queries.ts";

/** Days of bars and of changes in a story. */
export const STORY_DAYS = 90;
/** Of response times, by the hour. */
const STORY_LATENCY_DAYS = 2;

export interface StatusesSetup {
  readonly store: StoreAddress;
  /** Tells the story of this site alone. */
  readonly site?: string;
}

/** One site at one location, from its past to now. */
export interface SiteStory {
  readonly history: SiteHistory;
  readonly uptime: SiteUptime | undefined;
  /** {@linkcode STORY_DAYS} days, the oldest first. */
  readonly days: readonly DayCoverage[];
}

/** What the thread answers: statuses by site and location; with a site its stories, one for each location. */
export interface StatusesAnswer {
  readonly statuses: readonly SiteStatus[];
  readonly stories: readonly SiteStory[];
}

serveTask<StatusesSetup>(async ({ store, site }, { result }) => {
  const queries = (await openStore(store, { clock })).queries();
  try {
    result(await answer(queries, site));
  } finally {
    await queries.close();
  }
});

async function answer(queries: StatusQueries, site: string | undefined): Promise<StatusesAnswer> {
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
