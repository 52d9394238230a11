/** A site that comes and goes while a real scanner watches it, and what is true of its past. */
import fc from "../support/random_runs.ts";
import type { SiteReport } from "../../src/report/report.ts";
import { Scanner } from "../../src/scanner/scanner.ts";
import { GRAIN_MS } from "../../src/runtime/shared_timers.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { aSite, silent } from "../scanner/sites.ts";
import { aReport } from "./site_reports.ts";

/** What the site does, or that the process which watches it is not there. */
export type Phase = "up" | "hang" | "refuse" | "unwatched";

export interface Past {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly phases: readonly { readonly phase: Phase; readonly ms: number }[];
}

/** A check that began, in milliseconds since 1970, and what it found; nothing when it was cut off. */
interface Begun {
  readonly atMs: number;
  /** The next check of the same process; for its last one when that would have come at the latest. */
  untilMs: number;
  isUp?: boolean;
}

export interface Watched {
  readonly reports: readonly SiteReport[];
  /** Milliseconds for which checks that found it so were the last word. */
  readonly upMs: number;
  readonly downMs: number;
  /** The same for each row of checks that found it down. */
  readonly incidents: readonly number[];
  /** Milliseconds for which it was really up, while somebody watched. */
  readonly reallyUpMs: number;
  /** The longest that two checks lay apart. */
  readonly spanMs: number;
  /** How often the process was started. */
  readonly starts: number;
}

const pastOf = fc.record({
  intervalMs: fc.constantFrom(500, 2_000, 10_000, 60_000, 420_000, 5_400_000),
  slowness: fc.constantFrom(0.1, 0.95, 1, 1.3, 4.5),
  phases: fc.array(
    fc.record({
      phase: fc.constantFrom<Phase>("up", "up", "hang", "refuse", "unwatched"),
      intervals: fc.double({ min: 0.2, max: 12, noNaN: true }),
    }),
    { minLength: 1, maxLength: 8 },
  ),
});

/** Pasts of any interval and timeout. */
export const pasts: fc.Arbitrary<Past> = pastOf.map(({ intervalMs, slowness, phases }) => ({
  intervalMs,
  timeoutMs: Math.min(600_000, intervalMs * slowness),
  phases: phases.map(({ phase, intervals }) => ({ phase, ms: Math.round(intervals * intervalMs) })),
}));

/** When a past ended: SQLite's views know the time to a second, which must not matter. */
const ENDED_AGO_MS = 90_000;

/** Lets the past happen. */
export async function watch({ intervalMs, timeoutMs, phases }: Past): Promise<Watched> {
  const lengthMs = phases.reduce((sum, { ms }) => sum + ms, 0);
  const clock = new FakeClock((Date.now() - lengthMs - ENDED_AGO_MS) * 1_000);
  const site = aSite("http://shop.example/", { name: "shop", intervalMs, timeoutMs });
  const nowMs = () => clock.nowMicros() / 1_000;
  const reports: SiteReport[] = [];
  const begun: Begun[] = [];
  let phase: Phase = "unwatched";
  let scanner: Scanner | undefined;
  let starts = 0;
  let reallyUpMs = 0;

  function check(_: unknown, signal: AbortSignal): Promise<SiteReport> {
    const isUp = phase === "up";
    const took = phase === "hang" ? timeoutMs + GRAIN_MS : Math.min(timeoutMs, isUp ? 40 : 5);
    const found: Begun = { atMs: nowMs(), untilMs: Infinity };
    const verdict = isUp
      ? {}
      : { outcome: "down", reason: "timeout", response_code: null } as const;
    const report = aReport({ recorded_at: clock.nowMicros(), ...verdict, next_check_ms: null });
    begun.push(found);
    return new Promise((resolve) => {
      const end = () => {
        if (!signal.aborted) found.isUp = isUp;
        resolve(report);
      };
      clock.after(took, end);
      signal.addEventListener("abort", end, { once: true });
    });
  }

  async function begin(): Promise<void> {
    await end();
    starts++;
    scanner = new Scanner({
      sites: [site],
      location: "default",
      concurrency: 1,
      originMs: clock.monotonicMs(),
      clock,
      telemetry: silent,
      check,
      onReport: (report) => {
        reports.push({ ...report, sequence: reports.length + 1 });
        return report;
      },
    });
    scanner.start();
  }

  async function end(): Promise<void> {
    const last = begun.at(-1);
    if (last !== undefined) last.untilMs = Math.min(last.untilMs, last.atMs + spanMs);
    await scanner?.stop(0);
    scanner = undefined;
  }

  const spanMs = (Math.floor(timeoutMs / intervalMs) + 1) * intervalMs + GRAIN_MS;
  for (const next of phases) {
    phase = next.phase;
    if (phase === "unwatched") await end();
    else if (scanner === undefined) await begin();
    await clock.pass(next.ms);
    if (phase === "up") reallyUpMs += next.ms;
  }
  await end();
  return { reports, ...held(begun), reallyUpMs, spanMs, starts };
}

/** What the checks amount to: each holds until the next one of its process began. */
function held(begun: Begun[]): Pick<Watched, "upMs" | "downMs" | "incidents"> {
  const incidents: number[] = [];
  const sums = { up: 0, down: 0 };
  let wasUp = true;
  for (const [index, { atMs, untilMs, isUp }] of begun.entries()) {
    if (isUp === undefined) continue;
    const ms = Math.min(untilMs, begun[index + 1]?.atMs ?? Infinity) - atMs;
    sums[isUp ? "up" : "down"] += ms;
    if (!isUp && wasUp) incidents.push(0);
    if (!isUp) incidents[incidents.length - 1]! += ms;
    wasUp = isUp;
  }
  return { upMs: sums.up, downMs: sums.down, incidents };
}
