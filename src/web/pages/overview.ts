/** The sites that the overview shows, in order and groups; problems come first. */
import { type SiteState, STATES } from "../../report/site_state.ts";
import {
  byTrouble,
  matchesSearch,
  NAMES,
  placeOf,
  type WholeSite,
  worstFirst,
} from "../../status/whole_sites.ts";
import { type Cause, causesOf } from "./causes.ts";

/** Rows of a page: as many as the store returns days for in one query. */
export const PAGE_SITES_MAX = 100;
/** With more rows than these, each takes one line unless asked otherwise. */
const FULL_ROWS_MAX = 20;
/** Label keys offered for grouping. */
const GROUP_KEYS_MAX = 50;

/** The query of the page's address. */
export interface OverviewQuery {
  /** Words to find in name, url, location or labels. */
  readonly search: string;
  /** Label to group by; undefined for the most common one, '' for none. */
  readonly by: string | undefined;
  /** Only sites with this value of the label; '' for the sites without it. */
  readonly only: string | undefined;
  /** Only sites in this state. */
  readonly state: SiteState | undefined;
  /** Shows every site, even where only problems would be shown. */
  readonly all: boolean;
  /** Rows of one line, or with all that is known of a site; by their number when undefined. */
  readonly rows: Rows | undefined;
  /** From 1. */
  readonly page: number;
}

/** How much a row shows. */
export const ROWS = ["compact", "full"] as const;
export type Rows = (typeof ROWS)[number];

export interface Group {
  /** The label's value; '' for the sites that have none. */
  readonly name: string;
  readonly counts: Counts;
  /** Of this page, the worst first. */
  readonly sites: readonly WholeSite[];
}

export type Counts = Readonly<Record<SiteState, number>>;

/** What one sentence says of all sites. */
export interface Verdict {
  readonly worst: SiteState;
  /** How many are in it, at least one: those that are down in part only where all of them are. */
  readonly count: number;
  readonly isPartial: boolean;
  /** How many others are down in part: another location finds them up. */
  readonly othersInPart: number;
  readonly total: number;
}

export interface Overview {
  /** Of all sites, whatever the query. */
  readonly counts: Counts;
  /** Why sites are not up, whatever the query; the newest first. */
  readonly causes: readonly Cause[];
  /** Undefined without sites. */
  readonly verdict: Verdict | undefined;
  readonly total: number;
  /** Sites that match the query. */
  readonly found: number;
  /** Label keys, the most common first. */
  readonly keys: readonly string[];
  /** The label that groups; '' for one group. */
  readonly by: string;
  readonly groups: readonly Group[];
  /** True when there are so many sites that those that are up are hidden by default. */
  readonly showsProblemsOnly: boolean;
  readonly rows: Rows;
  readonly page: number;
  readonly pages: number;
  /** True when there is more than one location. */
  readonly hasLocations: boolean;
}

/** A pure function of the sites and the query. */
export function overviewOf(sites: readonly WholeSite[], query: OverviewQuery): Overview {
  const keys = labelKeys(sites);
  const by = query.by === undefined || (query.by !== "" && !keys.includes(query.by))
    ? keys[0] ?? ""
    : query.by;
  const found = sites.filter((site) => matchesSearch(site, query.search))
    .filter((site) => query.only === undefined || groupOf(site, by) === query.only)
    .filter((site) => query.state === undefined || site.state === query.state);
  const isWhole = query.search === "" && query.only === undefined && query.state === undefined;
  const showsProblemsOnly = isWhole && !query.all && found.length > PAGE_SITES_MAX;
  const shown = found.filter(({ state }) => !showsProblemsOnly || state !== "up")
    .sort(worstFirst);
  const pages = Math.max(1, Math.ceil(shown.length / PAGE_SITES_MAX));
  const page = Math.min(pages, Math.max(1, query.page));
  const onPage = shown.slice((page - 1) * PAGE_SITES_MAX, page * PAGE_SITES_MAX);
  return {
    counts: countsOf(sites),
    causes: causesOf(sites),
    verdict: verdictOf(sites),
    total: sites.length,
    found: found.length,
    keys,
    by,
    groups: groupsOf(found, onPage, by)
      .filter((group) => showsProblemsOnly || group.sites.length > 0),
    showsProblemsOnly,
    rows: query.rows ?? (shown.length > FULL_ROWS_MAX ? "compact" : "full"),
    page,
    pages,
    hasLocations: hasLocations(sites),
  };
}

/** Undefined without sites. */
export function verdictOf(sites: readonly WholeSite[]): Verdict | undefined {
  const counts = countsOf(sites);
  const worst = STATES.find((state) => counts[state] > 0);
  if (worst === undefined) return undefined;
  const inPart = worst === "down" ? sites.filter(isDownInPart).length : 0;
  const whole = counts[worst] - inPart;
  return whole === 0
    ? { worst, count: inPart, isPartial: true, othersInPart: 0, total: sites.length }
    : { worst, count: whole, isPartial: false, othersInPart: inPart, total: sites.length };
}

function isDownInPart({ state, isPartial }: WholeSite): boolean {
  return state === "down" && isPartial;
}

/** True when there is more than one location. */
export function hasLocations(sites: readonly WholeSite[]): boolean {
  const first = sites[0]?.lead.location;
  return sites.some(({ locations }) => locations.some(({ location }) => location !== first));
}

/** The label keys, the most common first. */
function labelKeys(sites: readonly WholeSite[]): string[] {
  const counts = new Map<string, number>();
  for (const { lead: { labels } } of sites) {
    for (const key of Object.keys(labels)) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .slice(0, GROUP_KEYS_MAX).map(([key]) => key);
}

function groupOf({ lead: { labels } }: WholeSite, by: string): string {
  return Object.hasOwn(labels, by) ? labels[by]! : "";
}

/** In the order of the worst site of each, then by name; the sites without the label last. */
function groupsOf(
  found: readonly WholeSite[],
  onPage: readonly WholeSite[],
  by: string,
): Group[] {
  const shown = Map.groupBy(onPage, (site) => groupOf(site, by));
  const groups = [...Map.groupBy(found, (site) => groupOf(site, by))].map(([name, sites]) => {
    const worst = sites.reduce((one, other) => byTrouble(other, one) < 0 ? other : one);
    const place = Math.min(...sites.map(placeOf));
    return { name, counts: countsOf(sites), worst, place, sites: shown.get(name) ?? [] };
  });
  return groups.sort((a, b) =>
    byTrouble(a.worst, b.worst) || Number(a.name === "") - Number(b.name === "") ||
    a.place - b.place || NAMES.compare(a.name, b.name)
  );
}

export function countsOf(sites: readonly WholeSite[]): Counts {
  const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<SiteState, number>;
  for (const { state } of sites) counts[state]++;
  return counts;
}
