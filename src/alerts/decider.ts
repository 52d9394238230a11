/**
 * Decides once a second what is to be told, where this process leads. It keeps the status of all
 * sites by what changes, and forgets it when another process takes over.
 */
import type { Alerts } from "../config/alerts.ts";
import type { Clock } from "../runtime/clock.ts";
import { logger } from "../runtime/telemetry/logging.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import { DAY_MS } from "../runtime/time_units.ts";
import { type AlertStore, LEAD_MS, type Look, type RecentCheck } from "../status/alert_store.ts";
import { keyOf, type SiteKey, type SiteStatus, type StatusQueries } from "../status/queries.ts";
import type { StoreError } from "../status/store.ts";
import { BEGINNINGS_MAX, decide, type Plan, planOf } from "./decide.ts";
import { DecisionWriter } from "./decision_writer.ts";
import { repeat } from "./repeat.ts";

/** How often it decides. */
export const DECIDE_EVERY_MS = 1_000;
/** How often a process that does not lead asks whether it may: after `LEAD_MS` and this it does. */
export const IDLE_MS = 1_000;
/** A report that comes so much later than the one before may have others between them. */
const MISSED_SPANS = 1.5;
/** Decisions in which every site is looked at once: a report that comes late changes no status. */
const ROUND_DECISIONS = 900;
/** How long ago an alert or an incident may have ended to be looked at. */
const LOOK_BACK_MS = DAY_MS;

const log = logger("alerts");

export interface DeciderOptions {
  readonly store: Pick<AlertStore, "lead" | "look" | "write">;
  readonly queries: Pick<StatusQueries, "changesSince">;
  readonly alerts: Alerts;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, "observe" | "count">;
  /** Told of errors of the store, and `undefined` when it answers. */
  readonly onStore: (error: StoreError | undefined) => void;
  /** Something is to be told. */
  readonly onMessages?: () => void;
}

export class Decider {
  readonly #options: DeciderOptions;
  readonly #plan: Plan;
  readonly #writer: DecisionWriter;
  #known = new Known();
  #isLeading = false;
  #decidedMs = -Infinity;

  constructor(options: DeciderOptions) {
    this.#options = options;
    this.#plan = planOf(options.alerts);
    this.#writer = new DecisionWriter(options);
  }

  /** True where this process decides. */
  get isLeading(): boolean {
    return this.#isLeading;
  }

  /** Whether decisions are made here on fresh data; `idle` where another process decides. */
  get state(): "fresh" | "stale" | "idle" {
    const isRecent = this.#options.clock.monotonicMs() - this.#decidedMs <= LEAD_MS;
    if (!this.#isLeading && isRecent) return "idle";
    return isRecent && this.#known.isFresh ? "fresh" : "stale";
  }

  /** Resolves when the signal aborts; rejects with an error that is no store's. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    await repeat({ ...this.#options, signal }, async () => {
      const begunMs = clock.monotonicMs();
      const leads = await this.decide();
      return leads ? Math.max(0, DECIDE_EVERY_MS - (clock.monotonicMs() - begunMs)) : IDLE_MS;
    });
  }

  /** Decides once; resolves to false where another process decides. Rejects with the store's errors. */
  async decide(): Promise<boolean> {
    const { store, clock, telemetry } = this.#options;
    const begunMs = clock.monotonicMs();
    const leads = await store.lead();
    if (leads !== this.#isLeading) this.#lead(leads);
    if (leads) {
      await this.#decide();
      const seconds = (clock.monotonicMs() - begunMs) / 1_000;
      telemetry.observe("sitemon_alerts_decide_duration_seconds", seconds);
    }
    this.#decidedMs = clock.monotonicMs();
    return leads;
  }

  async #decide(): Promise<void> {
    const { store, queries, clock, onMessages } = this.#options;
    const known = this.#known;
    known.take(await queries.changesSince(known.cursor));
    const look = await store.look({
      sites: known.wanted(),
      checks: this.#plan.checks,
      changed: known.changed,
      rules: this.#plan.rules.map(({ key }) => key),
      endedAfter: new Date(clock.nowMicros() / 1_000 - LOOK_BACK_MS),
    });
    known.see(look);
    const decided = decide({ sites: known.sites, recent: known.recent, look }, this.#plan);
    if (decided.length > 0) await this.#writer.write(decided);
    // What one decision had no room for is looked at again.
    if (decided.length < BEGINNINGS_MAX) known.changed = [];
    if (decided.some(({ messages }) => messages.length > 0)) onMessages?.();
  }

  #lead(leads: boolean): void {
    this.#isLeading = leads;
    this.#known = new Known();
    log.info(
      leads ? "alerts are decided by this process" : "alerts are decided by another process",
    );
  }
}

interface Checks {
  /** Of the status with which they were read. */
  readonly at: Date;
  readonly checks: readonly RecentCheck[];
}

/** What a leader knows of the store. */
class Known {
  readonly sites = new Map<string, readonly SiteStatus[]>();
  cursor: string | undefined;
  /** Sites that may have had an incident that nobody saw. */
  changed: readonly SiteKey[] = [];
  #checks = new Map<string, Checks>();
  /** Sites with open alerts. */
  #alerting = new Set<string | null>();
  /** Those whose turn it is. */
  #round = this.sites.values();

  get isFresh(): boolean {
    return this.sites.values().some((places) => places.some(({ stale }) => !stale));
  }

  get recent(): ReadonlyMap<string, readonly RecentCheck[]> {
    return new Map([...this.#checks].map(([key, { checks }]) => [key, checks]));
  }

  take({ cursor, statuses, removed }: Awaited<ReturnType<StatusQueries["changesSince"]>>): void {
    const missed = [...this.changed, ...this.#inTurn()];
    for (const status of statuses) {
      const places = this.sites.get(status.site) ?? [];
      const before = places.find(({ location }) => location === status.location);
      if (isGap(before, status)) missed.push(status);
      const others = places.filter((place) => place !== before);
      const all = [...others, status].sort((a, b) => a.location < b.location ? -1 : 1);
      this.sites.set(status.site, all);
    }
    for (const { site, location } of removed) {
      const left = (this.sites.get(site) ?? []).filter((place) => place.location !== location);
      if (left.length > 0) this.sites.set(site, left);
      else this.sites.delete(site);
    }
    const keys = new Map(missed.map(({ site, location }) => {
      return [keyOf({ site, location }), { site, location }];
    }));
    this.changed = [...keys.values()];
    this.cursor = cursor;
  }

  /** A few of all, so that in a round each comes once. */
  #inTurn(): SiteKey[] {
    const count = Math.ceil(this.sites.size / ROUND_DECISIONS);
    const due = this.#round.take(count).toArray();
    if (due.length < count) this.#round = this.sites.values();
    return due.flat();
  }

  /** Places whose newest checks matter, and were not read since they were checked. */
  wanted(): SiteKey[] {
    const kept = new Map<string, Checks>();
    const wanted: SiteKey[] = [];
    for (const [site, places] of this.sites) {
      const isAlerting = this.#alerting.has(site);
      for (const status of places) {
        const { location, outcome, stale, checked_at } = status;
        if (stale || (outcome === "up" && !isAlerting)) continue;
        const key = keyOf(status);
        const known = this.#checks.get(key);
        if (known?.at.getTime() === checked_at.getTime()) kept.set(key, known);
        else wanted.push({ site, location });
      }
    }
    this.#checks = kept;
    return wanted;
  }

  see({ recent, alerts }: Look): void {
    for (const { site, location, checks } of recent) {
      const status = this.sites.get(site)?.find((place) => place.location === location);
      if (status === undefined || checks.length === 0) continue;
      this.#checks.set(keyOf(status), { at: status.checked_at, checks });
    }
    this.#alerting = new Set(
      alerts.flatMap(({ site, ended_at }) => ended_at === null ? [site] : []),
    );
  }
}

/** True when there may be reports that nobody decided on as they came, as of a site that is new here. */
function isGap(before: SiteStatus | undefined, status: SiteStatus): boolean {
  if (before === undefined || before.next_check_ms === null) return true;
  const passedMs = status.checked_at.getTime() - before.checked_at.getTime();
  return passedMs > before.next_check_ms * MISSED_SPANS;
}
