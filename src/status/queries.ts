/**
 * The query port: what a page, an API and a terminal ask of the status that was kept.
 *
 * Implemented by postgres/ and sqlite/, which pass one contract suite (tests/contract/). All of it
 * only reads: a role with SELECT, or a file that may only be read, is enough.
 */
import { DAY_MS } from "../runtime/time_units.ts";
import type { FieldName, REPORT_FIELDS } from "../report/fields.ts";
import type { Outcome, Reason } from "../report/outcome.ts";
import type { SiteReport } from "../report/report.ts";
import type { SiteState } from "../report/site_state.ts";

/** The windows of uptime, in days. */
export const UPTIME_WINDOWS_DAYS = [1, 7, 30, 90] as const;
export type UptimeWindowDays = (typeof UPTIME_WINDOWS_DAYS)[number];

/** Days that one call returns at most: transitions and rollups are kept for no longer. */
export const HISTORY_DAYS_MAX = 400;
/** Calendar months that are kept whole, with the running one. */
export const MONTHS = 13;
/** Days whose latency one call returns at most: 2,160 points, more than a chart has pixels. */
export const LATENCY_DAYS_MAX = 90;
/** Sites whose days one call returns at most: one page. */
export const DAILY_SITES_MAX = 100;
/** Transitions, the newest, that one call returns at most. */
export const TRANSITIONS_MAX = 500;
/** Reports, the newest, that one call returns. */
export const RECENT_REPORTS_MAX = 50;
/** Reports of a span that one call returns at most: each has the texts of the site, some kilobytes. */
export const REPORTS_MAX = 251;
/** Points of the latency of a span that one call returns at most. */
export const LATENCY_POINTS_MAX = 2_501;
/** Incidents, the newest, whose first report one call returns. */
export const INCIDENTS_MAX = 10;
/** Incidents, the newest, that one call lists. */
export const INCIDENTS_LISTED_MAX = 1_000;

/**
 * Time that a report may take beyond its slot: the default timeout of a check (10 s), the outbox's
 * group commit, a batch on its way and one broker restart.
 */
export const STALE_GRACE_MS = 30_000;

/** Times the span of a report that may pass: one until the next check begins, one until it ends. */
export const STALE_SPANS = 2;

/** How old a report may be of which `statusesAt()` still knows: what is older says nothing any more. */
export const KNOWN_MS = 2 * DAY_MS;

/** What a status belongs to. */
export interface SiteKey {
  readonly site: string;
  readonly location: string;
}

/** A site and its location as one text, for maps. Unique, because NUL is in neither of the two. */
export function keyOf({ site, location }: SiteKey): string {
  return `${site}\0${location}`;
}

/** The fields of a site's latest report that pages and terminals show. */
export const SHOWN_STATUS_FIELDS = [
  "url",
  "outcome",
  "reason",
  "response_time",
  "response_code",
  "error_text",
  "checked_at",
  "next_check_ms",
  "labels",
  "attempts",
  "timings",
  "remote_address",
  "certificate_expires_at",
] as const satisfies readonly FieldName[];

/** The newest report of a site at a location, with everything of it that a page shows. */
export interface SiteStatus extends SiteKey, Stored<(typeof SHOWN_STATUS_FIELDS)[number]> {
  /** When the outcome last changed; `null` before its first verdict. */
  readonly since: Date | null;
  /** No report arrived when one was due. This is not "down": the state is unknown. */
  readonly stale: boolean;
}

/** Fields of a report as a store returns them: times are dates. */
type Stored<Field extends FieldName> = {
  readonly [F in Field]: F extends `${string}_at` ? Date | Extract<SiteReport[F], null>
    : SiteReport[F];
};

/**
 * What is known of a span of time, in milliseconds. Where several producers check the same site
 * and location, the parts may add up to more than the window; see `uptime.ts` for what follows.
 */
export interface Coverage {
  readonly upMs: number;
  readonly degradedMs: number;
  readonly downMs: number;
  readonly inconclusiveMs: number;
  /** Length of the span up to now. The rest of it is unknown: there were no checks. */
  readonly windowMs: number;
}

export interface SiteUptime extends SiteKey {
  /**
   * By days: 1 is the running hour and the 23 before it; 7, 30 and 90 are today in UTC and the
   * 6, 29 and 89 days before it.
   */
  readonly windows: Readonly<Record<UptimeWindowDays, Coverage>>;
}

/** One UTC day of a site. */
export interface DayCoverage extends Coverage {
  /** Its midnight. */
  readonly day: Date;
}

export interface SiteDays extends SiteKey {
  /** Each requested day, the oldest first; one without reports has nothing but a window. */
  readonly days: readonly DayCoverage[];
}

/** One calendar month of a site, in UTC. */
export interface MonthCoverage extends Coverage {
  /** `2026-01`. */
  readonly month: string;
}

export interface SiteMonths extends SiteKey {
  /** {@linkcode MONTHS} with the running one, the oldest first. */
  readonly months: readonly MonthCoverage[];
}

/** A change of outcome. */
export interface Transition {
  readonly at: Date;
  /** `null` at a site's first verdict. */
  readonly from: Outcome | null;
  readonly to: Outcome;
  readonly reason: Reason | null;
}

/** A time that a site was not up: from the first outcome that is not up until the next that is. */
export interface Incident extends SiteKey {
  readonly began_at: Date;
  /** The first check that found the site up again; `null` while there is none. */
  readonly ended_at: Date | null;
  /** From when on no check said that it lasts, though one was due; `null` when it was watched. */
  readonly unknown_since: Date | null;
  /** What reports cover of it: time that nobody watched does not count. */
  readonly duration_ms: number;
  /** The worst. */
  readonly outcome: Outcome;
  /** Of its first report. */
  readonly reason: Reason | null;
  /** Of its first report, while that is kept. */
  readonly error_text: string | null;
}

/** An incident, and how it went. */
export interface IncidentStory {
  readonly incident: Incident;
  /** The report that began it, while that is kept. */
  readonly first: HistoryReport | undefined;
  /** From the first outcome that is not up to the one that is; the oldest first. */
  readonly transitions: readonly Transition[];
}

export interface IncidentsOptions {
  /** All sites when absent. */
  readonly site?: string;
  /** What lasted at any time in between. */
  readonly since: Date;
  readonly until: Date;
  /** Only those that last now, or only those that ended; both when absent. */
  readonly isOpen?: boolean;
  /** Those that follow this one, in their order. */
  readonly after?: Pick<Incident, "began_at" | "site" | "location">;
  /** At most {@linkcode INCIDENTS_LISTED_MAX}, and by default. */
  readonly limit?: number;
}

/** What one point of the latency says. */
export type LatencyStep = "hour" | "day";

/** How fast a site answered in an hour or a day, by the buckets of `latency_buckets.ts`. */
export interface LatencyPoint {
  /** The beginning of the hour, or of the day in UTC. */
  readonly at: Date;
  /** Checks that were answered, at least one. */
  readonly responses: number;
  readonly meanMs: number;
  /** Estimates within their bucket; what is slower than all bounds counts as the last bound. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

type ShownField = {
  [F in FieldName]: (typeof REPORT_FIELDS)[F]["shown"] extends true ? F : never;
}[FieldName];

/**
 * A report of the history: the fields that are `shown`. Its texts may come from the site itself:
 * escape them.
 */
export type HistoryReport = Stored<ShownField>;

/** A value of this port as JSON has it: times are microseconds since 1970. */
export type Json<T> = {
  readonly [K in keyof T]: T[K] extends Date ? number : T[K] extends Date | null ? number | null
  : T[K];
};

export function jsonOf<T extends object>(value: T): Json<T> {
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      field instanceof Date ? field.getTime() * 1_000 : field,
    ]),
  ) as Json<T>;
}

/** What is asked of the past of a site at a location, from `since` on and before `until`. */
interface SpanOptions {
  readonly since: Date;
  readonly until: Date;
  readonly limit: number;
}

/** Where a report is among all reports. */
export interface ReportPlace {
  /** When it was stored, in microseconds since 1970. */
  readonly at: number;
  readonly producer: string;
  readonly sequence: number;
}

export interface PlacedReport {
  readonly report: HistoryReport;
  readonly place: ReportPlace;
}

export interface ReportsOptions extends SpanOptions {
  /** Those that are older than the one at this place, which takes the place of `until`. */
  readonly before?: ReportPlace;
}

export interface LatencyOptions extends SpanOptions {
  readonly step: LatencyStep;
}

export interface HistoryOptions {
  /** Transitions of so many days until now; at most {@linkcode HISTORY_DAYS_MAX}. */
  readonly transitionDays: number;
  /** Latency of so many days until now; at most {@linkcode LATENCY_DAYS_MAX}. */
  readonly latencyDays: number;
  /** By the hour when absent. */
  readonly latencyStep?: LatencyStep;
}

export interface SiteHistory {
  readonly status: SiteStatus;
  /** The newest first. */
  readonly transitions: readonly Transition[];
  /** The oldest first; hours or days without an answer have no point. */
  readonly latency: readonly LatencyPoint[];
  /** The report that began each of the newest incidents, newest first, while it is kept. */
  readonly failures: readonly HistoryReport[];
  /** The newest reports, newest first. */
  readonly recent: readonly HistoryReport[];
}

export interface Changes {
  /** For the next call; opaque, and good for a later connection to the same server too. */
  readonly cursor: string;
  /** Sites that got a report or turned stale, by site and location. */
  readonly statuses: readonly SiteStatus[];
  /** Sites that were forgotten. */
  readonly removed: readonly SiteKey[];
}

/**
 * Reads what the store keeps, as it is committed at the time of the call.
 *
 * Sites that were forgotten are left out of everything. Each method rejects with
 * {@linkcode StoreUnavailableError} or {@linkcode StoreConfigurationError} of store.ts and stays
 * usable; with RangeError when an argument exceeds its limits. Calls may overlap.
 */
export interface StatusQueries {
  /** Every site's status, by site and location. */
  statuses(): Promise<readonly SiteStatus[]>;
  /** The same as of a time of which reports are kept; sites without one of {@linkcode KNOWN_MS} are left out. */
  statusesAt(time: Date): Promise<readonly SiteStatus[]>;
  /** How many sites, each at its locations, are in which state. */
  stateCounts(): Promise<Readonly<Record<SiteState, number>>>;
  /** Every site's uptime, by site and location. */
  uptimes(): Promise<readonly SiteUptime[]>;
  /**
   * Day by day, for at most {@linkcode DAILY_SITES_MAX} sites and {@linkcode HISTORY_DAYS_MAX} days
   * with today, in the requested order. Unknown sites have empty days.
   */
  daily(sites: readonly SiteKey[], days: number): Promise<readonly SiteDays[]>;
  /** Month by month, for at most {@linkcode DAILY_SITES_MAX} sites, as {@linkcode daily} has days. */
  monthly(sites: readonly SiteKey[]): Promise<readonly SiteMonths[]>;
  /** All about one site; `undefined` when there is no such site. */
  history(site: SiteKey, options: HistoryOptions): Promise<SiteHistory | undefined>;
  /** The newest first, by when they were stored; {@linkcode REPORTS_MAX} at most. */
  reports(site: SiteKey, options: ReportsOptions): Promise<readonly PlacedReport[]>;
  /** The oldest first, of hours that begin in a span; {@linkcode LATENCY_POINTS_MAX} at most. */
  latency(site: SiteKey, options: LatencyOptions): Promise<readonly LatencyPoint[]>;
  /** The newest first, to the millisecond, and then by site and location. */
  incidents(options: IncidentsOptions): Promise<readonly Incident[]>;
  /** The incident of a site that began at this time, to the millisecond; `undefined` without one. */
  incident(site: SiteKey, beganAt: Date): Promise<IncidentStory | undefined>;
  /**
   * What changed since the call that gave `cursor`; nothing is left out, some may come twice.
   * Without one, or with one that is not understood or of another server, every site comes, and
   * every one that was forgotten.
   */
  changesSince(cursor: string | undefined): Promise<Changes>;
  close(): Promise<void>;
}
