/** Sites that are checked from several locations, each as one. */
import { rankOf, type SiteState, stateOf } from "../report/site_state.ts";
import { matchesSite, type SiteMatcher } from "../runtime/matches_site.ts";
import type { SiteStatus } from "./queries.ts";

/** What several locations find of a site. */
export interface WholeState {
  readonly state: SiteState;
  /** True when another location finds the site in a better state. */
  readonly isPartial: boolean;
}

/** How many locations have to find a site in trouble. */
export interface SiteQuorum {
  /** All sites when absent. */
  readonly sites?: SiteMatcher;
  readonly count: number;
}

export interface WholeSite extends WholeState {
  readonly site: string;
  /** The first location that finds the site in this state, which stands for it. */
  readonly lead: SiteStatus;
  /** By location. */
  readonly locations: readonly SiteStatus[];
  /** Where it stands among others, in place of its name; behind them when absent. */
  readonly order?: number;
}

/** Characters of a search; more would find nothing else. */
export const SEARCH_LENGTH_MAX = 200;
/** What a location knows of a site, the worst first. */
const KNOWN: readonly SiteState[] = ["down", "degraded", "up"];
/** What decides only where no location knows more; an inconclusive report is at least a new one. */
const UNKNOWN: readonly SiteState[] = ["inconclusive", "stale"];

/** Natural order: `web-2` before `web-10`. */
export const NAMES = new Intl.Collator("en", { numeric: true });

/** In the order of the statuses, which are sorted by site. */
export function wholeSites(
  statuses: readonly SiteStatus[],
  quorums: readonly SiteQuorum[] = [],
): WholeSite[] {
  return [...Map.groupBy(statuses, ({ site }) => site).values()]
    .map((locations) => wholeSite(locations, quorums));
}

/** The locations of one site, at least one, as one. */
export function wholeSite(
  locations: readonly SiteStatus[],
  quorums: readonly SiteQuorum[] = [],
): WholeSite {
  const whole = wholeStateOf(locations.map(stateOf), quorumAt(locations[0]!, quorums));
  const lead = locations.find((status) => stateOf(status) === whole.state)!;
  return { site: lead.site, ...whole, lead, locations };
}

/** How many locations have to find this site in trouble: as the first says that is about it, else one. */
export function quorumAt(status: SiteStatus, quorums: readonly SiteQuorum[]): number {
  return quorums.find(({ sites }) => sites === undefined || matchesSite(sites, status))?.count ?? 1;
}

/**
 * A site is as bad as `quorum` of the locations find it that know how it is, or all of them where
 * fewer know.
 */
export function wholeStateOf(states: readonly SiteState[], quorum = 1): WholeState {
  const known = KNOWN.flatMap((state) => states.filter((one) => one === state));
  const state = known[Math.min(quorum, known.length) - 1];
  if (state !== undefined) return { state, isPartial: known.at(-1) !== state };
  return { state: UNKNOWN.find((one) => states.includes(one)) ?? "stale", isPartial: false };
}

/** True when each word of the search is in the site's name, url, locations or labels. */
export function matchesSearch({ lead, locations }: WholeSite, search: string): boolean {
  if (search === "") return true;
  const places = locations.map(({ location }) => location);
  const text = [lead.site, lead.url, ...places, ...Object.values(lead.labels)].join("\n")
    .toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** True when the site has this label. */
export function hasLabel({ lead: { labels } }: WholeSite, key: string, value: string): boolean {
  return Object.hasOwn(labels, key) && labels[key] === value;
}

/** What all lists of sites begin with: the worst, of the same trouble the newest; then by place and name. */
export function worstFirst(a: WholeSite, b: WholeSite): number {
  return byTrouble(a, b) || placeOf(a) - placeOf(b) || NAMES.compare(a.site, b.site);
}

/**
 * The same, 0 where neither is in newer or worse trouble. What is down everywhere is worse than what
 * is down in part; of stale sites that is first which was worst when it was last seen.
 */
export function byTrouble(a: WholeSite, b: WholeSite): number {
  return rankOf(a.state) - rankOf(b.state) || Number(a.isPartial) - Number(b.isPartial) ||
    rankOf(a.lead.outcome) - rankOf(b.lead.outcome) || (a.state === "up" ? 0 : newestFirst(a, b));
}

/** By when they began to be as they are; what has no beginning last. */
export function newestFirst(a: WholeSite, b: WholeSite): number {
  const [sinceA, sinceB] = [a, b].map((site) => sinceOf(site)?.getTime() ?? -Infinity);
  return sinceA === sinceB ? 0 : sinceB! - sinceA!;
}

/** Of a stale site it is known since when it was last in its outcome, not since when it is stale. */
export function sinceOf({ state, lead }: WholeSite): Date | undefined {
  return state === "stale" ? undefined : lead.since ?? undefined;
}

export function placeOf({ order = Number.MAX_SAFE_INTEGER }: WholeSite): number {
  return order;
}
