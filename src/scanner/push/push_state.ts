/**
 * What is known of a push site, and when something must have come: pure functions of what the outbox
 * keeps in a note beside the reports. Times are the wall clock's, in milliseconds since 1970, since
 * they outlive the process.
 */
import type { Push } from "../../config/site.ts";
import { NEXT_CHECK_MS_MAX } from "../../report/bounds.ts";
import type { SiteReport } from "../../report/report.ts";

export interface PushState {
  /** The end of the last run: told, missed, or when sitemon first knew of the site. */
  readonly from: number;
  /** When the end of a run was last told of. */
  readonly seen?: number;
  /** The runs that have begun, the oldest first. */
  readonly runs: readonly Run[];
  /** Of a last report that cannot hold until the next ping is due. */
  readonly said?: Said;
}

/** What is to be said again. */
export interface Said extends Pick<SiteReport, "outcome" | "reason" | "error_text"> {
  /** When. */
  readonly until: number;
}

type Run = readonly [name: string, startMs: number];

/** Runs of one site at once; one more takes the place of the oldest. */
export const RUNS_MAX = 16;

type Schedule = Pick<Push, "everyMs" | "graceMs">;

export function firstState(nowMs: number): PushState {
  return { from: nowMs, runs: [] };
}

/** When the site is down unless it is told of: a run that has begun must end within its grace. */
export function dueOf({ from, runs: [oldest] }: PushState, { everyMs, graceMs }: Schedule): number {
  return (oldest === undefined ? from + everyMs : oldest[1]) + graceMs;
}

/**
 * From when on a ping that sitemon could not hear may have been the one that was due: as much before
 * its time as it may come after it.
 */
export function expectedFrom(state: PushState, push: Schedule): number {
  return Math.max(state.runs[0]?.[1] ?? state.from, dueOf(state, push) - 2 * push.graceMs);
}

/** After the start of a run; the same one may start again. */
export function afterStart(state: PushState, name: string, nowMs: number): PushState {
  const others = state.runs.filter(([other]) => other !== name);
  return { ...state, runs: [...others, [name, nowMs] as const].slice(-RUNS_MAX) };
}

/** After the end of a run, or of every run when it has no name. */
export function afterEnd(state: PushState, name: string, nowMs: number): PushState {
  const runs = name === "" ? [] : state.runs.filter(([other]) => other !== name);
  return { from: nowMs, seen: nowMs, runs };
}

/** Milliseconds since the run began; undefined when it never did. */
export function durationOf({ runs }: PushState, name: string, nowMs: number): number | undefined {
  const run = runs.find(([other]) => other === name);
  return run && Math.max(0, nowMs - run[1]);
}

/** After what was due at `dueMs` did not come: the next one is due a period later, and after now. */
export function afterMissed(
  { seen }: PushState,
  { everyMs, graceMs }: Schedule,
  { dueMs, nowMs }: { readonly dueMs: number; readonly nowMs: number },
): PushState {
  const periods = Math.max(0, Math.floor((nowMs - dueMs) / everyMs));
  const from = dueMs - graceMs + periods * everyMs;
  return { from, ...(seen === undefined ? {} : { seen }), runs: [] };
}

/** After a report at `atMs`, which is said again where it holds for less than what is due. */
export function afterReport(
  state: PushState,
  push: Schedule,
  { atMs, outcome, reason, error_text }: Omit<Said, "until"> & { readonly atMs: number },
): PushState {
  const until = atMs + NEXT_CHECK_MS_MAX;
  const { said: _, ...rest } = state;
  return until < dueOf(state, push)
    ? { ...rest, said: { until, outcome, reason, error_text } }
    : rest;
}

/** The same without times that are still to come, of a clock that was set back since. */
export function untilNow(state: PushState, nowMs: number): PushState {
  const { from, seen, runs, said } = state;
  const isSaidSoon = said === undefined || said.until <= nowMs + NEXT_CHECK_MS_MAX;
  if (from <= nowMs && isSaidSoon && runs.every(([, ms]) => ms <= nowMs)) return state;
  return {
    from: Math.min(from, nowMs),
    ...(said && { said: { ...said, until: Math.min(said.until, nowMs + NEXT_CHECK_MS_MAX) } }),
    ...(seen === undefined ? {} : { seen: Math.min(seen, nowMs) }),
    runs: runs.map(([name, ms]) => [name, Math.min(ms, nowMs)]),
  };
}
