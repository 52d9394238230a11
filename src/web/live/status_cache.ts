/**
 * The state of every site, read from the store once for all viewers: a thousand cost what one costs.
 *
 * While the store does not respond, the cache keeps the last state and says how old it is.
 */
import { stateOf } from "../../report/site_state.ts";
import type { Clock } from "../../runtime/clock.ts";
import { onAbort } from "../../runtime/deadline.ts";
import { Nap } from "../../runtime/nap.ts";
import { DAY_MS } from "../../runtime/time_units.ts";
import type { Dependency, Telemetry } from "../../runtime/telemetry/telemetry.ts";
import type {
  Alert,
  AlertFilter,
  AlertRecords,
  ChannelState,
  Mute,
} from "../../status/alert_store.ts";
import {
  DAILY_SITES_MAX,
  type DayCoverage,
  type HistoryOptions,
  type Incident,
  type IncidentsOptions,
  keyOf,
  type LatencyOptions,
  type LatencyPoint,
  type MonthCoverage,
  type PlacedReport,
  type ReportsOptions,
  type SiteHistory,
  type SiteKey,
  type SiteStatus,
  type SiteUptime,
  type StatusQueries,
} from "../../status/queries.ts";
import type {
  KnownIncident,
  KnownIncidents,
  Span,
  StatusSource,
  StatusUpdate,
  View,
} from "./status_source.ts";
import { Answers, UPTIMES_FRESH_MS } from "./answers.ts";
import { plannedWork, WORK_ANNOUNCED_MS } from "../../status/planned_work.ts";
import { wholeIncidents, wholeOf } from "../../status/whole_incidents.ts";
import { type SiteQuorum, wholeSites } from "../../status/whole_sites.ts";
import { StoreConfigurationError, unreadyReason } from "../../status/store.ts";

/** Maximum age of a page. Checks run every ten seconds by default. */
export const STATUSES_FRESH_MS = 1_000;
/** Planned work and alerts, which cost a question each. */
export const RECORDS_FRESH_MS = 2_000;
/** Open alerts that pages know; of a storm they show that there are more. */
export const OPEN_ALERTS_MAX = 1_000;
/** How often the store is polled while somebody watches. */
export const WATCH_MS = 2_000;
/** How often it is polled while nobody does, so that readiness knows whether it answers. */
export const IDLE_MS = 30_000;
/** The incidents of all sites cost much more than those of one: pages may lack the newest for so long. */
export const INCIDENTS_FRESH_MS = 10_000;
/** How long after the start a store may have no tables yet, where another thread makes them. */
export const STARTING_MS = 30_000;
/** Days in the bars of a page. */
export const BAR_DAYS = 90;

export interface StatusCacheOptions {
  readonly queries: StatusQueries;
  readonly records: AlertRecords;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** The name of the store in `/readyz`. */
  readonly dependency: Dependency;
  /** Whether another thread of this process makes the tables, and says why it cannot. */
  readonly isMadeHere?: boolean;
  /** Of the rules of alerts. */
  readonly quorums?: readonly SiteQuorum[];
}

/** One reader of a store, with a cache. */
export class StatusCache implements StatusSource {
  readonly #options: StatusCacheOptions;
  readonly #statuses = new Map<string, SiteStatus>();
  readonly #days = new Map<string, { days: readonly DayCoverage[]; at: number }>();
  readonly #histories = new Map<string, Promise<SiteHistory | undefined>>();
  readonly #answers: Answers;
  readonly #watchers = new Set<(news: StatusUpdate) => void>();
  #uptimes: ReadonlyMap<string, SiteUptime> = new Map();
  #uptimesAt = -Infinity;
  #mutes: readonly Mute[] = [];
  #alerts: readonly Alert[] = [];
  #channels: readonly ChannelState[] = [];
  #recordsAt = -Infinity;
  /** What pages show of the records. */
  #recordsShown = "[[],[],[]]";
  #view: View | undefined;
  #cursor: string | undefined;
  #version: number;
  #revision = 0;
  readonly #startedAt: number;
  #refreshedAt = -Infinity;
  #refreshing: Promise<void> | undefined;
  #failingSince: Date | undefined;
  readonly #nap: Nap;

  constructor(options: StatusCacheOptions) {
    this.#options = options;
    this.#nap = new Nap(options.clock);
    this.#startedAt = options.clock.monotonicMs();
    this.#answers = new Answers({
      now: () => this.#now(),
      version: () => this.#version,
      ask: (question) => this.#ask(question),
    });
    // Another process begins elsewhere, so that its pages are told from those of this one.
    this.#version = options.clock.nowMicros();
  }

  get version(): number {
    return this.#version;
  }

  get watcherCount(): number {
    return this.#watchers.size;
  }

  /**
   * Every site, at most {@linkcode STATUSES_FRESH_MS} old while the store responds; concurrent
   * callers get the same object.
   */
  async view(): Promise<View> {
    if (this.#now() - this.#refreshedAt >= STATUSES_FRESH_MS) await this.refresh();
    return this.#view ??= this.#viewOf(
      // Keys sort by site, then by location.
      [...this.#statuses].sort(([a], [b]) => a < b ? -1 : 1).map(([, status]) => status),
    );
  }

  #viewOf(statuses: readonly SiteStatus[]): View {
    const now = this.#wallTime();
    const { quorums = [] } = this.#options;
    const sites = wholeSites(statuses, quorums);
    return {
      ...{ statuses, sites, quorums },
      uptimes: this.#uptimes,
      work: plannedWork(this.#mutes, sites, now),
      alerts: this.#alerts,
      channels: this.#channels,
      failingSince: this.#failingSince,
      version: this.#version,
      revision: this.#revision,
      now,
    };
  }

  /** The bars of these sites, by {@linkcode keyOf}; at most {@linkcode DAILY_SITES_MAX}. */
  async days(sites: readonly SiteKey[]): Promise<ReadonlyMap<string, readonly DayCoverage[]>> {
    const freshSince = this.#now() - UPTIMES_FRESH_MS;
    const missing = sites.slice(0, DAILY_SITES_MAX)
      .filter((site) => (this.#days.get(keyOf(site))?.at ?? -Infinity) < freshSince);
    if (missing.length > 0) {
      await this.#ask(async () => {
        for (const { days, ...site } of await this.#options.queries.daily(missing, BAR_DAYS)) {
          this.#days.set(keyOf(site), { days, at: this.#now() });
        }
      });
    }
    return new Map(
      sites.map(keyOf).flatMap((key) => {
        const known = this.#days.get(key);
        return known === undefined ? [] : [[key, known.days] as const];
      }),
    );
  }

  async months(
    sites: readonly SiteKey[],
  ): Promise<ReadonlyMap<string, readonly MonthCoverage[]>> {
    const asked = sites.slice(0, DAILY_SITES_MAX)
      .map(({ site, location }) => ({ site, location }));
    const months = await this.#answers.keep(JSON.stringify(asked), UPTIMES_FRESH_MS, () => {
      return this.#options.queries.monthly(asked);
    });
    return new Map((months ?? []).map(({ months, ...site }) => [keyOf(site), months]));
  }

  /**
   * Everything about one site, as of the last {@linkcode view}; undefined when the site is
   * unknown, or the store does not respond.
   */
  async history(site: SiteKey, options: HistoryOptions): Promise<SiteHistory | undefined> {
    const { transitionDays, latencyDays, latencyStep } = options;
    const asked = [keyOf(site), transitionDays, latencyDays, latencyStep];
    const question = JSON.stringify(asked);
    const answer = this.#histories.get(question) ??
      this.#ask(() => this.#options.queries.history(site, options));
    this.#histories.set(question, answer);
    return await answer;
  }

  /**
   * The incidents of these days until now, or of a span, of a site or of all, and the version that they belong to;
   * undefined while the store does not respond.
   */
  async incidents(span: number | Span, site?: string): Promise<KnownIncidents | undefined> {
    const nowMs = this.#options.clock.nowMicros() / 1_000;
    const { sinceMs, untilMs } = typeof span === "number"
      ? { sinceMs: nowMs - span * DAY_MS, untilMs: nowMs }
      : span;
    const asked = { since: new Date(sinceMs), until: new Date(untilMs) };
    const freshMs = site === undefined ? INCIDENTS_FRESH_MS : 0;
    return await this.#answers.keep(JSON.stringify([span, site]), freshMs, async () => ({
      version: this.#version,
      incidents: wholeIncidents(
        await this.#options.queries.incidents({
          ...asked,
          ...(site === undefined ? {} : { site }),
        }),
      ),
    }));
  }

  /** The incident of a site that began at this time; undefined without one, or without the store. */
  async incident(site: SiteKey, beganAt: Date): Promise<KnownIncident | undefined> {
    const { queries } = this.#options;
    return await this.#answers.keep(`${keyOf(site)} ${beganAt.getTime()}`, 0, async () => {
      const story = await queries.incident(site, beganAt);
      return story && { story, whole: await wholeOf(story.incident, queries) };
    });
  }

  async listed(options: IncidentsOptions): Promise<readonly Incident[] | undefined> {
    return await this.#answers.share(
      ["listed", options],
      () => this.#options.queries.incidents(options),
    );
  }

  async statusesAt(time: Date): Promise<readonly SiteStatus[] | undefined> {
    return await this.#answers.share(["at", time], () => this.#options.queries.statusesAt(time));
  }

  async reports(
    site: SiteKey,
    options: ReportsOptions,
  ): Promise<readonly PlacedReport[] | undefined> {
    const asked = ["reports", keyOf(site), options];
    return await this.#answers.share(asked, () => this.#options.queries.reports(site, options));
  }

  async latency(
    site: SiteKey,
    options: LatencyOptions,
  ): Promise<readonly LatencyPoint[] | undefined> {
    const asked = ["latency", keyOf(site), options];
    return await this.#answers.share(asked, () => this.#options.queries.latency(site, options));
  }

  /** The newest first; undefined while the store does not respond. */
  async alerts(filter: AlertFilter): Promise<readonly Alert[] | undefined> {
    return await this.#answers.share(["alerts", filter], () => {
      return this.#options.records.alerts(filter);
    });
  }

  /** Calls back with updates until the returned function is called. */
  watch(onUpdate: (news: StatusUpdate) => void): () => void {
    this.#watchers.add(onUpdate);
    this.#nap.wake();
    return () => this.#watchers.delete(onUpdate);
  }

  /**
   * Polls for updates while somebody watches or the store does not respond, and now and then else,
   * until the signal aborts.
   */
  async run(signal: AbortSignal): Promise<void> {
    using _ = onAbort(signal, () => this.#nap.wake());
    while (!signal.aborted) {
      const isWanted = this.#watchers.size > 0 || this.#failingSince !== undefined;
      const leftMs = this.#refreshedAt + (isWanted ? WATCH_MS : IDLE_MS) - this.#now();
      if (leftMs > 0) await this.#nap.take(leftMs);
      else await this.refresh();
    }
  }

  /** Asks the store for changes; concurrent callers share the request. */
  async refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => this.#refreshing = undefined);
    await this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const wasFailing = this.#failingSince !== undefined;
    const shown = this.#recordsShown;
    const changes = await this.#ask(async () => {
      const changes = await this.#options.queries.changesSince(this.#cursor);
      await this.#refreshRecords();
      return changes;
    });
    if (changes !== undefined) await this.#refreshUptimes();
    this.#refreshedAt = this.#now();
    this.#view = undefined;
    this.#histories.clear();
    const { statuses = [], removed = [] } = changes ?? {};
    const before = statuses.map((status) => this.#statuses.get(keyOf(status)));
    for (const status of statuses) this.#statuses.set(keyOf(status), status);
    for (const key of removed.map(keyOf)) {
      this.#statuses.delete(key);
      this.#days.delete(key);
    }
    this.#cursor = changes?.cursor ?? this.#cursor;
    if (statuses.length > 0 || removed.length > 0 || shown !== this.#recordsShown) this.#revision++;
    const needsReload = removed.length > 0 || shown !== this.#recordsShown ||
      wasFailing !== (this.#failingSince !== undefined);
    const changed = statuses.filter((status, index) => looksDifferent(before[index], status));
    const checked = statuses.filter(({ checked_at }, index) =>
      checked_at.getTime() !== before[index]?.checked_at.getTime()
    );
    if (checked.length === 0 && changed.length === 0 && !needsReload) return;
    if (changed.length > 0 || needsReload) this.#version++;
    const update = { checked, changed, needsReload };
    for (const notify of this.#watchers) notify(update);
  }

  async #refreshRecords(): Promise<void> {
    if (this.#now() - this.#recordsAt < RECORDS_FRESH_MS) return;
    const now = this.#wallTime();
    const { records } = this.#options;
    this.#mutes = await records.mutes(now);
    this.#alerts = await records.alerts({ isOpen: true, limit: OPEN_ALERTS_MAX + 1 });
    this.#channels = (await records.channels()).filter(({ failures, parked_at, pending }) =>
      (failures > 0 || parked_at !== null) && pending > 0
    );
    this.#recordsAt = this.#now();
    const soonMs = now.getTime() + WORK_ANNOUNCED_MS;
    this.#recordsShown = JSON.stringify([
      this.#mutes.map(({ author: _, ...mute }) => [mute, mute.from.getTime() <= soonMs]),
      this.#alerts.map(({ id, suppressed_by, acked_at }) => [id, suppressed_by, acked_at]),
      this.#channels.map(({ channel, parked_at, error }) => [channel, parked_at, error]),
    ]);
  }

  async #refreshUptimes(): Promise<void> {
    if (this.#now() - this.#uptimesAt < UPTIMES_FRESH_MS) return;
    await this.#ask(async () => {
      const uptimes = await this.#options.queries.uptimes();
      this.#revision++;
      this.#uptimes = new Map(uptimes.map((uptime) => [keyOf(uptime), uptime]));
      // A new store is empty, and would show nothing for a minute.
      if (uptimes.length > 0) this.#uptimesAt = this.#now();
    });
  }

  /** The result, or undefined after a failure, which is reported. */
  async #ask<T>(question: () => Promise<T>): Promise<T | undefined> {
    const { telemetry, dependency, clock } = this.#options;
    try {
      const answer = await question();
      this.#setFailing(undefined);
      telemetry.dependency(dependency, { ok: true });
      return answer;
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      this.#setFailing(this.#failingSince ?? new Date(clock.nowMicros() / 1_000));
      if (!this.#isStarting(error)) {
        telemetry.dependency(dependency, { ok: false, reason: unreadyReason(error), detail });
      }
      return undefined;
    }
  }

  #isStarting(error: unknown): boolean {
    const { isMadeHere = false } = this.#options;
    return isMadeHere && this.#cursor === undefined && error instanceof StoreConfigurationError &&
      this.#now() - this.#startedAt < STARTING_MS;
  }

  #setFailing(since: Date | undefined): void {
    if (since === this.#failingSince) return;
    this.#view = undefined;
    this.#revision++;
    this.#failingSince = since;
    this.#nap.wake();
  }

  #wallTime(): Date {
    return new Date(this.#options.clock.nowMicros() / 1_000);
  }

  #now(): number {
    return this.#options.clock.monotonicMs();
  }
}

function looksDifferent(before: SiteStatus | undefined, now: SiteStatus): boolean {
  return before === undefined || stateOf(before) !== stateOf(now) ||
    before.reason !== now.reason || before.error_text !== now.error_text;
}
