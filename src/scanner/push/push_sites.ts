/**
 * The push sites of a producer: what they were last told, and which of them were not told in time.
 *
 * A site is down at the moment that its ping is due, unless sitemon may not have heard it: before it
 * listened, while it was stopped or its clock jumped, or while it could take no pings. Then it is
 * inconclusive, and the next ping is due a period later.
 */
import { hash } from "node:crypto";
import { NEXT_CHECK_MS_MAX } from "../../report/bounds.ts";
import type { SiteReport } from "../../report/report.ts";
import { type Clock, elapsedMs, type Instant, instantOf } from "../../runtime/clock.ts";
import { memoize } from "../../runtime/memoize.ts";
import { redactor } from "../../runtime/telemetry/redaction.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { compileJsonPath } from "../expect/json_path.ts";
import type { Engines } from "../expect/failed_expectation.ts";
import { compilePattern } from "../expect/pattern.ts";
import { blankReport } from "../blank_report.ts";
import { OutcomeLog } from "../outcome_log.ts";
import { forgetSite, measureSite } from "../report_metrics.ts";
import type { Ping } from "./ping.ts";
import {
  endReport,
  type Findings,
  missedReport,
  type PingContent,
  type PushSite,
} from "./push_report.ts";
import {
  afterEnd,
  afterMissed,
  afterReport,
  afterStart,
  dueOf,
  durationOf,
  expectedFrom,
  firstState,
  type PushState,
  untilNow,
} from "./push_state.ts";

/** How soon a ping that is due is missed. */
export const TICK_MS = 1_000;
/** A tick that is later shows that the process stood still, or that its clock jumped. */
export const LATE_MS = 4_000;
/** Clients try again for about as long (`curl --retry 5`), and are heard first when sitemon is back. */
export const RETRY_MS = 30_000;

export const PINGS = "sitemon_pings_total";

/** Notes of the outbox with this prefix are states of sites. */
const NOTE_PREFIX = "push:";

/** What is stored in one transaction; `onStored` is called when it is durable. */
export interface Stored {
  readonly note: { readonly name: string; readonly value: string | null };
  readonly onStored?: () => void;
}

export interface PushSitesOptions {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly outbox: {
    /** Takes a report with its note; returns it as it is kept. */
    send(report: SiteReport, stored: Stored): SiteReport;
    /** Takes a note alone. */
    keep(stored: Stored): void;
  };
}

/** What a reload may change. */
export interface PushWork {
  readonly sites: readonly PushSite[];
  readonly location: string;
  readonly secrets: readonly string[];
  /** Gauges for each site. */
  readonly hasSiteMetrics: boolean;
}

interface Told {
  readonly site: PushSite;
  /** What each report of it says. */
  readonly blank: SiteReport;
  state: PushState;
}

/** Works from `start()` to `stop()`, once it has sites and the notes of the outbox. */
export class PushSites {
  readonly #options: PushSitesOptions;
  readonly #outcomes: OutcomeLog;
  readonly #byName = new Map<string, Told>();
  /** By the hash of the token, so that the time to find it says nothing of the tokens there are. */
  readonly #byToken = new Map<string, Told>();
  readonly #ready = Promise.withResolvers<void>();
  #work: PushWork | undefined;
  #states: ReadonlyMap<string, PushState> | undefined;
  #engines: Engines | undefined;
  #tickAt: Instant;
  #deafUntilMs: number;
  #isDeaf = false;
  #cancelTick = () => {};

  constructor(options: PushSitesOptions) {
    this.#options = options;
    this.#outcomes = new OutcomeLog(options.clock);
    this.#tickAt = instantOf(options.clock);
    this.#deafUntilMs = this.#nowMs();
  }

  /** Resolves when pings can be taken; undefined once they can. */
  get ready(): Promise<void> | undefined {
    return this.#engines === undefined ? this.#ready.promise : undefined;
  }

  /** Sitemon listens from now on. */
  start(): void {
    this.#tickAt = instantOf(this.#options.clock);
    this.#deafUntilMs = this.#nowMs();
    this.#tick();
  }

  /** Nothing is missed any more; repeating it is harmless. */
  stop(): void {
    this.#cancelTick();
    this.#outcomes.close();
  }

  /** Sites with distinct names and tokens, in place of those before. */
  assign(work: PushWork): void {
    this.#work = work;
    this.#prepare();
  }

  /** The notes of the outbox, which has those of others too. */
  load(notes: Iterable<{ readonly name: string; readonly value: string | null }>): void {
    // After the outbox's thread was replaced: what is known here is newer.
    if (this.#states !== undefined) return;
    this.#states = new Map(
      [...notes].filter(({ name }) => name.startsWith(NOTE_PREFIX))
        .map(({ name, value }) => [name.slice(NOTE_PREFIX.length), JSON.parse(value!)]),
    );
    this.#prepare();
  }

  /** Pings may have been lost just now, or are while `isDeaf`. */
  noteDeaf(isDeaf = this.#isDeaf): void {
    this.#isDeaf = isDeaf;
    this.#deafUntilMs = this.#nowMs();
  }

  /** The site of a token; undefined when there is none. */
  find(token: string): Told | undefined {
    return this.#byToken.get(hashOf(token));
  }

  /** Takes a ping; `onStored` is called when it is durable. */
  take(
    told: Told,
    ping: Ping,
    { onStored, ...content }: PingContent & { readonly onStored: () => void },
  ): void {
    const nowMs = this.#nowMs();
    if (ping.kind === "log") return onStored();
    const state = untilNow(told.state, nowMs);
    if (ping.kind === "start") {
      told.state = afterStart(state, ping.run, nowMs);
      return this.#options.outbox.keep({ note: noteOf(told), onStored });
    }
    const durationMs = ping.durationMs ?? durationOf(state, ping.run, nowMs);
    const next = afterEnd(state, ping.run, nowMs);
    const report = endReport(told.site, { ...content, ping, durationMs }, this.#engines!);
    this.#tell(told, next, { ...report, atMs: nowMs }, onStored);
  }

  #prepare(): void {
    const [work, states] = [this.#work, this.#states];
    if (work === undefined || states === undefined) return;
    const [{ location }, redact] = [work, redactor(work.secrets)];
    this.#engines = {
      clock: this.#options.clock,
      redact,
      patternOf: memoize(compilePattern),
      jsonPathOf: memoize(compileJsonPath),
    };
    const known = new Map(states);
    for (const [name, { state }] of this.#byName) known.set(name, state);
    this.#byName.clear();
    this.#byToken.clear();
    for (const site of work.sites) {
      const state = known.get(site.name);
      const blank = blankReport(site, { location, redact });
      const told = { site, blank, state: state ?? firstState(this.#nowMs()) };
      this.#byName.set(site.name, told);
      this.#byToken.set(hashOf(site.push.token), told);
      if (state === undefined) this.#options.outbox.keep({ note: noteOf(told) });
    }
    for (const name of known.keys()) if (!this.#byName.has(name)) this.#forget(name, work);
    this.#states = new Map();
    this.#ready.resolve();
  }

  #forget(site: string, { location, hasSiteMetrics }: PushWork): void {
    this.#options.outbox.keep({ note: { name: `${NOTE_PREFIX}${site}`, value: null } });
    this.#outcomes.forget(site);
    if (hasSiteMetrics) forgetSite({ site, location }, this.#options.telemetry);
  }

  #tick(): void {
    const { clock } = this.#options;
    const isLate = elapsedMs(this.#tickAt, clock) > TICK_MS + LATE_MS;
    this.#tickAt = instantOf(clock);
    if (isLate || this.#isDeaf) this.noteDeaf();
    const nowMs = this.#nowMs();
    for (const told of this.#byName.values()) this.#missIfDue(told, nowMs);
    this.#cancelTick = clock.after(TICK_MS, () => this.#tick());
  }

  #missIfDue(told: Told, nowMs: number): void {
    const { site, site: { push } } = told;
    const state = untilNow(told.state, nowMs);
    if (state !== told.state) {
      told.state = state;
      this.#options.outbox.keep({ note: noteOf(told) });
    }
    const dueMs = dueOf(state, push);
    if (nowMs < dueMs) return this.#repeatIfDue(told, nowMs);
    const isDeaf = this.#deafUntilMs > expectedFrom(state, push);
    if (isDeaf && nowMs < this.#deafUntilMs + Math.min(push.graceMs, RETRY_MS)) return;
    const deafUntilMs = isDeaf ? this.#deafUntilMs : undefined;
    this.#options.telemetry.count(PINGS, { result: "missed" });
    this.#tell(told, afterMissed(state, push, { dueMs, nowMs }), {
      ...missedReport(site, state, deafUntilMs),
      atMs: isDeaf ? nowMs : dueMs,
    });
  }

  /** A report holds for eight days at most, and nothing may be due for months. */
  #repeatIfDue(told: Told, nowMs: number): void {
    const { state, state: { said } } = told;
    if (said === undefined || nowMs < said.until) return;
    const { until, ...findings } = said;
    // Without a hole, unless there was one.
    const atMs = nowMs - until > TICK_MS + LATE_MS ? nowMs : until;
    this.#tell(told, state, { ...findings, atMs });
  }

  /** Sends what was found at a time; it holds until the next ping is due. */
  #tell(
    told: Told,
    next: PushState,
    { atMs, ...findings }: Findings & { readonly atMs: number },
    onStored?: () => void,
  ): void {
    const { telemetry, outbox } = this.#options;
    const { push } = told.site;
    const spanMs = Math.round(dueOf(next, push) - atMs);
    told.state = afterReport(next, push, { ...findings, atMs });
    const report = {
      ...told.blank,
      ...findings,
      checked_at: atMs * 1_000,
      next_check_ms: Math.min(Math.max(1, spanMs), NEXT_CHECK_MS_MAX),
    };
    const kept = outbox.send(report, { note: noteOf(told), ...(onStored && { onStored }) });
    this.#outcomes.note(kept);
    if (this.#work!.hasSiteMetrics) measureSite(kept, telemetry);
  }

  #nowMs(): number {
    return Math.floor(this.#options.clock.nowMicros() / 1_000);
  }
}

function noteOf({ site: { name }, state }: Told): Stored["note"] {
  return { name: `${NOTE_PREFIX}${name}`, value: JSON.stringify(state) };
}

function hashOf(token: string): string {
  return hash("sha256", token, "base64");
}
