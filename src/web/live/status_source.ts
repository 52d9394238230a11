/** What pages and API ask, of all that is known or of what is for everybody alone. */
import type {
  DayCoverage,
  HistoryOptions,
  Incident,
  IncidentsOptions,
  IncidentStory,
  LatencyOptions,
  LatencyPoint,
  MonthCoverage,
  PlacedReport,
  ReportsOptions,
  SiteHistory,
  SiteKey,
  SiteStatus,
  SiteUptime,
} from "../../status/queries.ts";
import type { WholeIncident } from "../../status/whole_incidents.ts";
import type { SiteQuorum, WholeSite } from "../../status/whole_sites.ts";
import type { Alert, AlertFilter, ChannelState } from "../../status/alert_store.ts";
import type { PlannedWork } from "../../status/planned_work.ts";

/** Every site as of one moment. */
export interface View {
  /** By site and location. */
  readonly statuses: readonly SiteStatus[];
  /** The same as sites, each with its locations. */
  readonly sites: readonly WholeSite[];
  /** By which the sites are what they are. */
  readonly quorums: readonly SiteQuorum[];
  /** By {@linkcode keyOf} of queries.ts. */
  readonly uptimes: ReadonlyMap<string, SiteUptime>;
  /** Of the next 30 days, the earliest first. */
  readonly work: readonly PlannedWork[];
  /** Open ones, the newest first; one more than `OPEN_ALERTS_MAX` when there are more. */
  readonly alerts: readonly Alert[];
  /** Channels that fail or refuse while messages wait for them. */
  readonly channels: readonly ChannelState[];
  /** When the store stopped responding; undefined while it responds. */
  readonly failingSince: Date | undefined;
  /** {@linkcode StatusSource.version} of this state. */
  readonly version: number;
  /** Rises with every change of what is in a view, but of the time. */
  readonly revision: number;
  readonly now: Date;
}

/** What a refresh found. */
export interface StatusUpdate {
  /** Sites with a new report. */
  readonly checked: readonly SiteStatus[];
  /** New sites, and those whose outcome, reason, error text or staleness changed. */
  readonly changed: readonly SiteStatus[];
  /** True when a site was removed, planned work or alerts changed, or the store started or stopped responding. */
  readonly needsReload: boolean;
}

/** Incidents, and the version that they belong to. */
export interface KnownIncidents {
  /** The newest first. */
  readonly incidents: readonly WholeIncident[];
  readonly version: number;
}

/** What one location saw of an incident, and what all of them did. */
export interface KnownIncident {
  readonly whole: WholeIncident;
  readonly story: IncidentStory;
}

/** Times in milliseconds since 1970. */
export interface Span {
  readonly sinceMs: number;
  readonly untilMs: number;
}

export interface StatusSource {
  /** Rises with every update that an open page has to be fetched again for. */
  readonly version: number;
  readonly watcherCount: number;
  /** Every site; concurrent callers get the same object. */
  view(): Promise<View>;
  /** The bars of these sites, by {@linkcode keyOf} of queries.ts. */
  days(sites: readonly SiteKey[]): Promise<ReadonlyMap<string, readonly DayCoverage[]>>;
  /** The calendar months of these sites, in the same way. */
  months(sites: readonly SiteKey[]): Promise<ReadonlyMap<string, readonly MonthCoverage[]>>;
  /** Everything about one site; undefined when it is unknown, or the store does not respond. */
  history(site: SiteKey, options: HistoryOptions): Promise<SiteHistory | undefined>;
  /** Of these days until now, or of a span, of a site or of all; undefined while the store does not respond. */
  incidents(span: number | Span, site?: string): Promise<KnownIncidents | undefined>;
  /** The incident of a site that began at this time; undefined without one, or without the store. */
  incident(site: SiteKey, beganAt: Date): Promise<KnownIncident | undefined>;
  /** What a program asks of the past, at each location; undefined while the store does not respond. */
  listed(options: IncidentsOptions): Promise<readonly Incident[] | undefined>;
  statusesAt(time: Date): Promise<readonly SiteStatus[] | undefined>;
  reports(site: SiteKey, options: ReportsOptions): Promise<readonly PlacedReport[] | undefined>;
  latency(site: SiteKey, options: LatencyOptions): Promise<readonly LatencyPoint[] | undefined>;
  /** The newest first; undefined while the store does not respond. */
  alerts(filter: AlertFilter): Promise<readonly Alert[] | undefined>;
  /** Calls back with updates until the returned function is called. */
  watch(onUpdate: (news: StatusUpdate) => void): () => void;
}
