/**
 * Checks its sites in their slots: one timer for the next slot of all, a queue for what is due.
 *
 * It runs inside a scanner thread (threads/scanner/scanner_thread.ts); what a check does is handed in.
 */
import { isDeepStrictEqual } from "node:util";
import type { Site } from "../config/site.ts";
import { NEXT_CHECK_MS_MAX } from "../report/bounds.ts";
import type { TracedReport } from "../report/report.ts";
import type { Clock } from "../runtime/clock.ts";
import { within } from "../runtime/deadline.ts";
import { logger } from "../runtime/telemetry/logging.ts";
import { countFromZero, type Telemetry } from "../runtime/telemetry/telemetry.ts";
import { CheckQueue } from "./schedule/check_queue.ts";
import { DueQueue } from "./schedule/due_queue.ts";
import { beginCheckMetrics, forgetSite, measureCheck, measureSite } from "./report_metrics.ts";
import { OutcomeLog } from "./outcome_log.ts";
import { placeOf, slotAt, type Slots, slotsOf, slotsUntil } from "./schedule/schedule.ts";
import { ScheduleWatchdog } from "./schedule/schedule_watchdog.ts";
import { LeaseExpiredError } from "./probe.ts";

/**
 * A slot that comes up later than this is left out. It must be far above the delays of a busy
 * machine, and far below common intervals: after a suspension only the sites whose slot has just
 * passed are checked at once, the others in their own next slots, spread as ever.
 */
export const LATENESS_MS_MAX = 2_000;

/** Why a slot was left out. */
const SKIP_CAUSES = ["site_busy", "busy", "late", "paused", "unleased"] as const;
const SKIPPED = "sitemon_checks_skipped_total";
type SkipCause = (typeof SKIP_CAUSES)[number];

/** A site whose last check took longer is taken to be slow in the next one too. */
const SLOW_CHECK_MS = 1_000;

/**
 * Slots that come up within this begin together, at its end: the thread then wakes up once for all
 * of them, and their connections are waited for together.
 */
const GRAIN_MS = 10;

/** As many as begin at once with 500 checks a second: more would wait for each other's packets. */
const TOGETHER = 5;
/**
 * Where fewer come up in that time, slots wait this long for others, or a tenth of the shortest
 * interval: a bare check takes 216 µs with four others, and 555 when it begins alone (measured).
 */
export const TOGETHER_MS_MAX = 50;

/**
 * A check that ends later than its timeout and this did not last so long: the process was suspended,
 * and nobody watched the site meanwhile.
 */
const OVERTIME_MS = 30_000;

/** A site that missed so many slots, without a reason that is counted, is overdue. */
const OVERDUE_SLOTS = 3;

/** The longest that a timer can wait, with room below 2^31 ms, where timers fire at once. */
const TIMER_MS_MAX = 3_600_000;

/**
 * Runs one check. It rejects with {@linkcode LeaseExpiredError} at most; the signal aborts when
 * nobody waits for the report. The scanner itself knows when the next check begins.
 */
export type Check = (site: Site, signal: AbortSignal) => Promise<TracedReport>;

export interface ScannerOptions {
  /** Sites with distinct names. */
  readonly sites: readonly Site[];
  readonly location: string;
  /** Checks that run at once. */
  readonly concurrency: number;
  /** Checks that run at once against one host; no limit when absent. */
  readonly perHost?: number;
  /** `clock.monotonicMs()` at the start of the process: what the slots are counted from. */
  readonly originMs: number;
  /** When it takes over from a scanner that stops then; slots up to there were the other's. */
  readonly takesOverAtMs?: number;
  /** How soon a site is checked that came since; as soon as at the start when absent. */
  readonly firstWithinMs?: number;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Gauges for each site; true when absent. */
  readonly hasSiteMetrics?: boolean;
  /** The label `thread` of its metrics. */
  readonly thread?: string;
  /** Asked before each check and after it: whether the sites are its own to check; yes when absent. */
  readonly mayCheck?: () => boolean;
  readonly check: Check;
  /** Returns the report as it is kept, which measurements are taken of. */
  readonly onReport: (report: TracedReport) => TracedReport;
}

interface WatchedSite {
  readonly site: Site;
  readonly host: string;
  readonly slots: Slots;
  /** Index of the slot that comes next. */
  next: number;
  /** True when its last check took long. */
  isSlow: boolean;
  /** When its last check began, in milliseconds after the origin. */
  startedMs: number;
}

/** Checks sites on schedule, from `start()` to `stop()`. */
export class Scanner {
  readonly #options: ScannerOptions;
  readonly #due = new DueQueue<WatchedSite>();
  readonly #watched = new Map<string, WatchedSite>();
  /**
   * Names of sites from their slot until their check ended, so that no two checks of one overlap,
   * and why their slots are left out meanwhile: they wait for their turn, or are being checked.
   */
  readonly #busy = new Map<string, "busy" | "site_busy">();
  readonly #queue: CheckQueue;
  readonly #watchdog: ScheduleWatchdog;
  readonly #outcomes: OutcomeLog;
  readonly #cut = new AbortController();
  /** How long a slot may wait for others. */
  #togetherMs = TOGETHER_MS_MAX;
  #cancelTimer = () => {};
  #state: "new" | "started" | "paused" | "stopped" = "new";

  constructor(options: ScannerOptions) {
    const { telemetry } = options;
    beginCheckMetrics(telemetry);
    countFromZero(telemetry, SKIPPED, SKIP_CAUSES.map((cause) => ({ cause })));
    this.#options = options;
    this.#outcomes = new OutcomeLog(options.clock);
    this.#queue = new CheckQueue(options.concurrency, options.perHost);
    this.#watchdog = new ScheduleWatchdog({
      clock: options.clock,
      telemetry,
      thread: options.thread ?? "scanner",
      overdue: () => this.#overdue(),
    });
  }

  /** Begins with each site's next slot. */
  start(): void {
    if (this.#state !== "new") return;
    this.#state = "started";
    this.assign(this.#options.sites);
    this.#watchdog.start();
  }

  /**
   * Checks these sites from now on, and no others. One that is the same as before keeps its slots;
   * `since` tells how many milliseconds after `originMs` a site was added, if later.
   */
  assign(sites: readonly Site[], since: ReadonlyMap<string, number> = new Map()): void {
    const isKept = (site: Site) => isDeepStrictEqual(this.#watched.get(site.name)?.site, site);
    const kept = new Set(sites.filter(isKept).map(({ name }) => name));
    const gone = [...this.#watched.keys()].filter((name) => !kept.has(name));
    // Those that go stay in the queue of what is due, and are left out there.
    for (const name of gone) {
      this.#watched.delete(name);
      this.#outcomes.forget(name);
    }
    for (const site of sites) if (!kept.has(site.name)) this.#watch(site, since.get(site.name));
    this.#togetherMs = sites.reduce(
      (ms, { intervalMs }) => Math.min(ms, intervalMs / 10),
      TOGETHER_MS_MAX,
    );
    const { location, telemetry, hasSiteMetrics = true } = this.#options;
    for (const site of hasSiteMetrics ? gone : []) {
      // Another producer may check it from now on.
      if (!this.#watched.has(site)) forgetSite({ site, location }, telemetry);
    }
    this.#cancelTimer();
    this.#armTimer();
  }

  /** Starts no checks until `resume()`; what has begun goes on, what waits is left out. */
  pause(): void {
    if (this.#state !== "started") return;
    this.#state = "paused";
    const waiting = this.#queue.clear();
    for (const { site } of waiting) this.#busy.delete(site);
    this.#countSkipped("paused", waiting.length);
  }

  /** Takes checks up again, each site in its next slot. */
  resume(): void {
    if (this.#state === "paused") this.#state = "started";
  }

  /**
   * Starts no more checks, and resolves when the running ones ended or `deadlineMs` from now,
   * when they are cut: a check that was cut leaves no report. Repeating it is harmless.
   */
  async stop(deadlineMs: number): Promise<void> {
    this.#state = "stopped";
    this.#watchdog.stop();
    this.#cancelTimer();
    this.#queue.clear();
    const { clock } = this.#options;
    if (deadlineMs > 0) await within(deadlineMs, this.#queue.idle(), clock).catch(() => {});
    this.#cut.abort();
    this.#outcomes.close();
  }

  #watch(site: Site, sinceMs: number | undefined): void {
    const { location, firstWithinMs } = this.#options;
    const place = placeOf(site.name, location);
    const slots = slotsOf(place, site.intervalMs, sinceMs, firstWithinMs);
    const next = this.#nextSlot(slots, site);
    const { host } = new URL(site.url);
    const watched = { site, host, slots, next, isSlow: false, startedMs: this.#elapsedMs() };
    this.#watched.set(site.name, watched);
    this.#due.push(slotAt(slots, next), watched);
  }

  #nextSlot(slots: Slots, site: Site): number {
    const { takesOverAtMs, originMs } = this.#options;
    const elapsedMs = this.#elapsedMs();
    // A thread takes a moment to start: what came up meanwhile is checked a little late.
    const recentMs = elapsedMs - latenessMsMax(site);
    if (takesOverAtMs !== undefined) {
      return slotsUntil(slots, Math.max(takesOverAtMs - originMs, recentMs));
    }
    return recentMs <= slots.firstMs ? 0 : slotsUntil(slots, elapsedMs);
  }

  #elapsedMs(): number {
    return this.#options.clock.monotonicMs() - this.#options.originMs;
  }

  #armTimer(): void {
    const { nextDueMs } = this.#due;
    if (nextDueMs === undefined || this.#state === "stopped") return;
    const beginMs = Math.max(
      Math.ceil(nextDueMs / GRAIN_MS) * GRAIN_MS,
      this.#due.lastDueMs(TOGETHER, nextDueMs + this.#togetherMs),
    );
    const delayMs = Math.min(Math.max(0, beginMs - this.#elapsedMs()), TIMER_MS_MAX);
    this.#cancelTimer = this.#options.clock.after(Math.ceil(delayMs), () => this.#runDue());
  }

  #runDue(): void {
    const elapsedMs = this.#elapsedMs();
    let watched: WatchedSite | undefined;
    while ((watched = this.#due.takeDue(elapsedMs)) !== undefined) {
      if (!this.#isWatched(watched)) continue;
      this.#takeSlot(watched, elapsedMs);
      this.#due.push(slotAt(watched.slots, watched.next), watched);
    }
    this.#armTimer();
  }

  /** Queues the newest slot that is due if it may run, counts those left out, and moves on. */
  #takeSlot(watched: WatchedSite, elapsedMs: number): void {
    const newest = Math.max(watched.next, slotsUntil(watched.slots, elapsedMs) - 1);
    this.#countSkipped("late", newest - watched.next);
    watched.next = newest + 1;
    const slotMs = slotAt(watched.slots, newest);
    const skipCause = this.#skipCause(watched, elapsedMs - slotMs);
    if (skipCause !== undefined) return this.#countSkipped(skipCause, 1);
    this.#busy.set(watched.site.name, "busy");
    const { site: { name: site }, host, isSlow } = watched;
    this.#queue.add({ site, host, isSlow, run: () => this.#run(watched, slotMs) });
  }

  /** Sites that nothing holds up, and that were not checked: a fault of the schedule. */
  *#overdue(): Generator<string> {
    const elapsedMs = this.#elapsedMs();
    for (const [name, watched] of this.#watched) {
      if (this.#isOverdue(watched, elapsedMs)) yield name;
    }
  }

  #isOverdue({ site, slots, next, startedMs }: WatchedSite, elapsedMs: number): boolean {
    // Every slot is taken as it comes, whether or not it leads to a check.
    if (slotsUntil(slots, elapsedMs) - next >= OVERDUE_SLOTS) return true;
    const busy = this.#busy.get(site.name);
    if (busy === "busy") return this.#queue.running === 0;
    const endMs = startedMs + site.timeoutMs + OVERTIME_MS;
    return busy === "site_busy" && elapsedMs > endMs + OVERDUE_SLOTS * site.intervalMs;
  }

  #isWatched(watched: WatchedSite): boolean {
    return this.#watched.get(watched.site.name) === watched;
  }

  #skipCause({ site }: WatchedSite, lateMs: number): SkipCause | undefined {
    if (this.#state === "paused") return "paused";
    if (!this.#mayCheck()) return "unleased";
    return this.#busy.get(site.name) ?? (lateMs > latenessMsMax(site) ? "late" : undefined);
  }

  async #run(watched: WatchedSite, slotMs: number): Promise<void> {
    // It may have left the configuration while it waited in the queue.
    const isWatched = this.#isWatched(watched);
    if (!isWatched || !this.#mayCheck()) {
      this.#busy.delete(watched.site.name);
      return this.#countSkipped("unleased", isWatched ? 1 : 0);
    }
    const { telemetry, check, thread = "scanner" } = this.#options;
    const reportRunning = () =>
      telemetry.set("sitemon_checks_running", this.#queue.running, { thread });
    this.#busy.set(watched.site.name, "site_busy");
    const startMs = watched.startedMs = this.#elapsedMs();
    telemetry.observe("sitemon_check_lateness_seconds", Math.max(0, startMs - slotMs) / 1_000);
    reportRunning();
    try {
      const found = await check(watched.site, this.#cut.signal);
      const report = { ...found, next_check_ms: this.#nextCheckMs(watched, slotMs, startMs) };
      if (!this.#cut.signal.aborted) this.#report(watched, report, this.#elapsedMs() - startMs);
    } catch (cause) {
      if (cause instanceof LeaseExpiredError) return this.#countSkipped("unleased", 1);
      const { name: site } = watched.site;
      logger("scanner").error("check of site {site} failed: {cause}", { site, cause });
    } finally {
      watched.isSlow = this.#elapsedMs() - startMs > SLOW_CHECK_MS;
      this.#busy.delete(watched.site.name);
      queueMicrotask(reportRunning);
    }
  }

  /**
   * From slot to slot, so that what the reports of a site cover adds up to all of its time, however
   * late each of them began. Where a reload changed the site, the next check is one of its successor.
   */
  #nextCheckMs(watched: WatchedSite, slotMs: number, startMs: number): number {
    const { slots, next } = this.#watched.get(watched.site.name) ?? watched;
    const nextMs = Math.max(slotAt(slots, next), this.#elapsedMs());
    const nextMsMax = startMs + watched.site.timeoutMs + OVERTIME_MS + slots.intervalMs;
    return Math.min(Math.round(Math.min(nextMs, nextMsMax) - slotMs), NEXT_CHECK_MS_MAX);
  }

  #report(watched: WatchedSite, report: TracedReport, durationMs: number): void {
    const { telemetry, onReport, hasSiteMetrics = true } = this.#options;
    // The lease expired meanwhile, as in a process that was stopped: the report is older than it looks.
    if (!this.#mayCheck()) return this.#countSkipped("unleased", 1);
    const kept = onReport(report);
    measureCheck(kept, durationMs, telemetry);
    if (!this.#isWatched(watched)) return;
    this.#outcomes.note(kept);
    if (hasSiteMetrics) measureSite(kept, telemetry);
  }

  #mayCheck(): boolean {
    return this.#options.mayCheck?.() ?? true;
  }

  #countSkipped(cause: SkipCause, slots: number): void {
    if (slots > 0) this.#options.telemetry.count(SKIPPED, { cause }, slots);
  }
}

/** Half an interval at most, so that a late check keeps its distance from the next one. */
function latenessMsMax({ intervalMs }: Site): number {
  return Math.min(LATENESS_MS_MAX, intervalMs / 2);
}
