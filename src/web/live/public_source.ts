/**
 * What everybody may see: names, states, uptime and incidents of the sites that are listed. Pages,
 * API, events, feeds and badges get nothing else, so that none of them can show or search it.
 */
import type { PublicSite } from "../../runtime/public_page.ts";
import { stateOf } from "../../report/site_state.ts";
import {
  type Coverage,
  DAILY_SITES_MAX,
  type DayCoverage,
  HISTORY_DAYS_MAX,
  type HistoryOptions,
  type Incident,
  INCIDENTS_LISTED_MAX,
  type IncidentsOptions,
  keyOf,
  type LatencyPoint,
  type MonthCoverage,
  type PlacedReport,
  type SiteHistory,
  type SiteKey,
  type SiteStatus,
  type SiteUptime,
  UPTIME_WINDOWS_DAYS,
} from "../../status/queries.ts";
import type { Alert } from "../../status/alert_store.ts";
import { leastUptime } from "../../status/uptime.ts";
import {
  alone,
  inOrder,
  type WholeIncident,
  wholeIncidents,
} from "../../status/whole_incidents.ts";
import type { WholeSite } from "../../status/whole_sites.ts";
import { incidentId } from "../incident_id.ts";
import type {
  KnownIncident,
  KnownIncidents,
  Span,
  StatusSource,
  StatusUpdate,
  View,
} from "./status_source.ts";

/** What all sites are grouped by. */
export const GROUP_LABEL = "group";
/** Where a site is checked from is nobody's business: it has one location, without a name. */
const NOWHERE = "";
/** What there is in place of all that is not shown. */
const NOTHING = {
  ...{ location: NOWHERE, url: "", reason: null, error_text: null, response_time: 0 },
  ...{ response_code: null, next_check_ms: null, attempts: 1, timings: null },
  ...{ remote_address: null, certificate_expires_at: null },
} as const;

/** A view, with the sites behind its names. */
interface Projected {
  readonly view: View;
  readonly sites: ReadonlyMap<string, WholeSite>;
}

export class PublicSource implements StatusSource {
  readonly #source: StatusSource;
  readonly #listed: ReadonlyMap<string, PublicSite> | undefined;
  readonly #projected = new WeakMap<View, Projected>();
  readonly #updates = new WeakMap<StatusUpdate, StatusUpdate>();
  readonly #told = new Map<string, string>();

  /** `listed` is by the site's own name; every site is listed when it is undefined. */
  constructor(source: StatusSource, listed: ReadonlyMap<string, PublicSite> | undefined) {
    this.#source = source;
    this.#listed = listed;
  }

  get version(): number {
    return this.#source.version;
  }

  get watcherCount(): number {
    return this.#source.watcherCount;
  }

  async view(): Promise<View> {
    return (await this.#projection()).view;
  }

  async days(sites: readonly SiteKey[]): Promise<ReadonlyMap<string, readonly DayCoverage[]>> {
    return await this.#worst(sites, (part) => this.#source.days(part));
  }

  async months(
    sites: readonly SiteKey[],
  ): Promise<ReadonlyMap<string, readonly MonthCoverage[]>> {
    return await this.#worst(sites, (part) => this.#source.months(part));
  }

  /** Of each span of time, what the location knows that has the least uptime in it. */
  async #worst<T extends Coverage>(
    sites: readonly SiteKey[],
    ask: (part: readonly SiteKey[]) => Promise<ReadonlyMap<string, readonly T[]>>,
  ): Promise<ReadonlyMap<string, readonly T[]>> {
    const { sites: known } = await this.#projection();
    const asked = sites.flatMap(({ site }) => known.get(site)?.locations ?? []);
    const spans = new Map<string, readonly T[]>();
    for (let start = 0; start < asked.length; start += DAILY_SITES_MAX) {
      for (const [key, ofSite] of await ask(asked.slice(start, start + DAILY_SITES_MAX))) {
        spans.set(key, ofSite);
      }
    }
    return new Map(sites.map(({ site }) => {
      const parts = (known.get(site)?.locations ?? []).map((one) => spans.get(keyOf(one)) ?? []);
      const [first = []] = parts;
      const worst = first.map((_, index) =>
        leastUptime(parts.flatMap((part) => part[index] ?? []))
      );
      return [keyOf({ site, location: NOWHERE }), worst];
    }));
  }

  async history({ site }: SiteKey, _: HistoryOptions): Promise<SiteHistory | undefined> {
    const { view } = await this.#projection();
    const status = view.statuses.find((one) => one.site === site);
    return status && { status, transitions: [], latency: [], failures: [], recent: [] };
  }

  async incidents(span: number | Span, site?: string): Promise<KnownIncidents | undefined> {
    const own = site === undefined ? undefined : (await this.#projection()).sites.get(site)?.site;
    if (site !== undefined && own === undefined) return undefined;
    const known = await this.#source.incidents(span, own);
    if (known === undefined) return undefined;
    return { ...known, incidents: this.#listedOf(known.incidents) };
  }

  #listedOf(incidents: readonly WholeIncident[]): WholeIncident[] {
    return incidents.flatMap((incident) => this.#projectedIncident(incident) ?? []).sort(inOrder);
  }

  #projectedIncident(incident: WholeIncident): WholeIncident | undefined {
    const site = this.#nameOf(incident.site);
    if (site === undefined) return undefined;
    const { began_at, ended_at, unknown_since, duration_ms, outcome } = incident;
    return alone({ ...NO_CAUSE, site, began_at, ended_at, unknown_since, duration_ms, outcome });
  }

  async incident({ site }: SiteKey, beganAt: Date): Promise<KnownIncident | undefined> {
    const known = await this.incidents(HISTORY_DAYS_MAX, site);
    const whole = known?.incidents.find(({ began_at }) => began_at.getTime() === beganAt.getTime());
    return whole && { whole, story: { incident: whole, first: undefined, transitions: [] } };
  }

  /** Of the newest that a store lists, since incidents of several locations are one, and of those that last. */
  async listed(
    { since, until, site, isOpen, after, limit = INCIDENTS_LISTED_MAX }: IncidentsOptions,
  ): Promise<readonly Incident[] | undefined> {
    const { sites } = await this.#projection();
    const own = site === undefined ? undefined : sites.get(site)?.site;
    if (site !== undefined && own === undefined) return [];
    const asked = { since, until, ...(own !== undefined && { site: own }) };
    const [newest, open = []] = await Promise.all([
      this.#source.listed(asked),
      isOpen === true ? this.#source.listed({ ...asked, isOpen }) : [],
    ]);
    if (newest === undefined) return undefined;
    const parts = new Map([...newest, ...open].map((one) => [incidentId(one, one.began_at), one]));
    return this.#listedOf(wholeIncidents([...parts.values()]))
      .filter((one) => isOpen === undefined || isOpen === (one.ended_at === null))
      .filter((one) => after === undefined || inOrder(one, after) > 0)
      .slice(0, limit);
  }

  statusesAt(): Promise<readonly SiteStatus[]> {
    return Promise.resolve([]);
  }

  reports(): Promise<readonly PlacedReport[]> {
    return Promise.resolve([]);
  }

  latency(): Promise<readonly LatencyPoint[]> {
    return Promise.resolve([]);
  }

  alerts(): Promise<readonly Alert[]> {
    return Promise.resolve([]);
  }

  watch(onUpdate: (news: StatusUpdate) => void): () => void {
    return this.#source.watch((update) => {
      const projected = this.#projectedUpdate(update);
      if (projected.changed.length > 0 || projected.needsReload) onUpdate(projected);
    });
  }

  /** The same for all who watch: what the first of them is told is news to the others, too. */
  #projectedUpdate(update: StatusUpdate): StatusUpdate {
    const known = this.#updates.get(update);
    if (known !== undefined) return known;
    const changed = update.changed.flatMap((status) => {
      const site = this.#nameOf(status.site);
      return site === undefined ? [] : [this.#projectedStatus(status, site)];
    }).filter((status) => {
      const isNews = this.#told.get(status.site) !== stateOf(status);
      this.#told.set(status.site, stateOf(status));
      return isNews;
    });
    const projected = { checked: [], changed, needsReload: update.needsReload };
    this.#updates.set(update, projected);
    return projected;
  }

  async #projection(): Promise<Projected> {
    const whole = await this.#source.view();
    const known = this.#projected.get(whole) ?? this.#project(whole);
    this.#projected.set(whole, known);
    return known;
  }

  #project(whole: View): Projected {
    const listed = whole.sites.flatMap((site) => {
      const name = this.#nameOf(site.site);
      return name === undefined ? [] : [{ name, site }];
    }).sort((a, b) => a.name < b.name ? -1 : 1);
    const uptimes = listed.flatMap(({ name, site }) => {
      const parts = site.locations.flatMap((one) => whole.uptimes.get(keyOf(one)) ?? []);
      const key = { site: name, location: NOWHERE };
      return parts.length === 0 ? [] : [[keyOf(key), { ...key, ...worstUptime(parts) }] as const];
    });
    const sites = listed.map(({ name, site }): WholeSite => {
      const lead = this.#projectedStatus(site.lead, name);
      const { order } = this.#listed?.get(site.site) ?? {};
      const { state, isPartial } = site;
      const locations = [lead];
      return {
        site: name,
        state,
        isPartial,
        lead,
        locations,
        ...(order !== undefined && { order }),
      };
    });
    const statuses = sites.map(({ lead }) => lead);
    const work = whole.work.flatMap((one) => {
      if (one.sites === undefined) return [one];
      const names = one.sites.flatMap((site) => this.#nameOf(site) ?? []);
      return names.length === 0 ? [] : [{ ...one, sites: names }];
    });
    return {
      view: {
        ...whole,
        statuses,
        sites,
        uptimes: new Map(uptimes),
        work,
        quorums: [],
        alerts: [],
        channels: [],
      },
      sites: new Map(listed.map(({ name, site }) => [name, site])),
    };
  }

  #projectedStatus(status: SiteStatus, site: string): SiteStatus {
    const { outcome, stale, since, checked_at } = status;
    const group = this.#listed?.get(status.site)?.group;
    const labels: Record<string, string> = group === undefined ? {} : { [GROUP_LABEL]: group };
    return { ...NOTHING, site, labels, outcome, stale, since, checked_at: since ?? checked_at };
  }

  /** What everybody calls the site; undefined when nobody is to see it. */
  #nameOf(site: string): string | undefined {
    if (this.#listed === undefined) return site;
    const listed = this.#listed.get(site);
    return listed === undefined || listed.hidden ? undefined : listed.name ?? site;
  }
}

const NO_CAUSE = { location: NOWHERE, reason: null, error_text: null } as const;

function worstUptime(parts: readonly SiteUptime[]): Pick<SiteUptime, "windows"> {
  const windows = Object.fromEntries(
    UPTIME_WINDOWS_DAYS.map((days) => [days, leastUptime(parts.map((part) => part.windows[days]))]),
  );
  return { windows: windows as SiteUptime["windows"] };
}
