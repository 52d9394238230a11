/** Sites with their histories, as a store would keep them: what a decision is made from. */
import type { Outcome, Reason } from "../../../src/report/outcome.ts";
import type { RecentCheck } from "../../../src/status/alert_store.ts";
import {
  type Incident,
  keyOf,
  type SiteKey,
  type SiteStatus,
  STALE_GRACE_MS,
  STALE_SPANS,
} from "../../../src/status/queries.ts";

export const SPAN_MS = 60_000;
export const START_MS = Date.UTC(2026, 0, 1);

export interface WorldReport extends SiteKey {
  readonly atMs: number;
  readonly outcome: Outcome;
  readonly reason?: Reason;
}

const WORST: readonly Outcome[] = ["down", "degraded", "inconclusive", "up"];

/** Reports may be added in any order, and again. */
export class World {
  nowMs = START_MS;
  readonly labels = new Map<string, Readonly<Record<string, string>>>();
  readonly #reports = new Map<string, { key: SiteKey; checks: Map<number, RecentCheck> }>();
  readonly #forgottenMs = new Map<string, number>();

  get now(): Date {
    return new Date(this.nowMs);
  }

  add({ site, location, atMs, outcome, reason }: WorldReport): void {
    // What is from before a site was forgotten does not bring it back.
    if (atMs <= (this.#forgottenMs.get(site) ?? -Infinity)) return;
    const key = { site, location };
    const kept = this.#reports.get(keyOf(key)) ?? { key, checks: new Map() };
    this.#reports.set(keyOf(key), kept);
    // A report is never another one later.
    if (kept.checks.has(atMs)) return;
    const found = reason ?? (outcome === "up" ? null : "status");
    kept.checks.set(atMs, { outcome, reason: found, checked_at: new Date(atMs) });
  }

  forget(site: string): void {
    this.#forgottenMs.set(site, this.nowMs);
    for (const [name, { key }] of this.#reports) if (key.site === site) this.#reports.delete(name);
  }

  /** Newest first. */
  checksOf(key: SiteKey): RecentCheck[] {
    const checks = this.#reports.get(keyOf(key))?.checks.values() ?? [];
    return [...checks].sort((a, b) => +b.checked_at - +a.checked_at);
  }

  get keys(): SiteKey[] {
    return [...this.#reports.values()].map(({ key }) => key);
  }

  sites(): Map<string, SiteStatus[]> {
    return Map.groupBy(this.keys.map((key) => this.#statusOf(key)), ({ site }) => site);
  }

  #statusOf(key: SiteKey): SiteStatus {
    const checks = this.checksOf(key);
    const newest = checks[0]!;
    const other = checks.findIndex(({ outcome }) => outcome !== newest.outcome);
    const since = checks.at(other < 0 ? -1 : other - 1)!.checked_at;
    const staleMs = +newest.checked_at + STALE_SPANS * SPAN_MS + STALE_GRACE_MS;
    return {
      ...key,
      ...newest,
      url: `http://${key.site}/`,
      response_time: null,
      response_code: null,
      error_text: newest.outcome === "up" ? null : "it failed",
      next_check_ms: SPAN_MS,
      labels: this.labels.get(key.site) ?? {},
      attempts: 1,
      timings: {},
      remote_address: null,
      certificate_expires_at: null,
      since,
      stale: this.nowMs > staleMs,
    } as unknown as SiteStatus;
  }

  /** Those that ended after a time. */
  ended(key: SiteKey, after: Date): Incident[] {
    const incidents: Incident[] = [];
    let last: RecentCheck[] = [];
    for (const check of this.checksOf(key).reverse()) {
      if (check.outcome !== "up") last.push(check);
      else if (last.length > 0) {
        if (check.checked_at > after) incidents.push(incidentOf(key, last, check.checked_at));
        last = [];
      }
    }
    return incidents;
  }
}

function incidentOf(key: SiteKey, checks: readonly RecentCheck[], ended_at: Date): Incident {
  const times = [...checks.map(({ checked_at }) => +checked_at), +ended_at];
  const covered = times.slice(1).map((at, index) => Math.min(at - times[index]!, SPAN_MS));
  return {
    ...key,
    began_at: checks[0]!.checked_at,
    ended_at,
    unknown_since: null,
    duration_ms: covered.reduce((sum, ms) => sum + ms, 0),
    outcome: WORST.find((one) => checks.some(({ outcome }) => outcome === one))!,
    reason: checks[0]!.reason,
    error_text: null,
  };
}
