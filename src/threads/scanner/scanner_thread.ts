/** The scanner thread: checks its share of the sites and hands each report to the outbox thread. */
import type { Site } from "../../config/site.ts";
import { ReportSender } from "../../outbox/thread/report_sender.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { Deadline } from "../../runtime/deadline.ts";
import { serveThread } from "../../runtime/threads/thread.ts";
import { openTracer } from "../../runtime/telemetry/tracer.ts";
import { VERSION } from "../../runtime/version.ts";
import { checkContext, type CheckTargets, withTargets } from "../../scanner/check_context.ts";
import { checkSite } from "../../scanner/check.ts";
import { CheckTraces } from "../../scanner/check_trace.ts";
import { Connectivity } from "../../scanner/connectivity.ts";
import { Scanner } from "../../scanner/scanner.ts";
import { SiteShare } from "../../scanner/schedule/site_share.ts";

export interface ScannerSetup {
  readonly location: string;
  readonly concurrency: number;
  readonly perHost?: number;
  /** Stops checking while the outbox is full; otherwise checks go on, and reports are dropped. */
  readonly pausesWhenFull: boolean;
  /** Gauges for each site. */
  readonly hasSiteMetrics: boolean;
  /** The share of the checks that is traced; none when absent. */
  readonly traceRatio?: number;
  /** Monotonic time of the process's start: every scanner thread counts its slots from it. */
  readonly originMs: number;
  /**
   * Checks only the sites that the relay's group assigns. Slots count from 1970 then, so that
   * producers whose clocks agree have the same slots, and a site that moves keeps its own.
   */
  readonly isShared: boolean;
}

/** What a reload may change while the thread runs. */
export interface ScannerWork extends CheckTargets {
  /** The sites that this thread checks. */
  readonly sites: readonly Site[];
  /** Milliseconds after `originMs` at which a reload brought or changed a site, by its name. */
  readonly since: ReadonlyMap<string, number>;
  /** URLs that show whether there is a network at all; without them every check counts. */
  readonly connectivity?: { readonly urls: readonly string[]; readonly everyMs: number };
}

/**
 * A site that came from another producer is checked within this time: with the second or two that a
 * group takes to reassign the sites of a member that left, ten seconds are enough.
 */
const TAKEN_OVER_WITHIN_MS = 5_000;

/** Part of the time to stop that is reserved for handing over the last reports. */
const HAND_OVER_MS = 2_000;

serveThread<ScannerSetup>({
  // A hostile site must not be able to end a thread that checks others.
  onUncaught: "continue",
  async start(setup, { name, telemetry, takesOverAtMs }) {
    const { location, traceRatio: ratio } = setup;
    const tracer = await openTracer(ratio !== undefined);
    const traces = tracer && new CheckTraces({ tracer, ratio: ratio!, location, clock });
    const sender: ReportSender = new ReportSender({
      sourceId: crypto.randomUUID(),
      clock,
      telemetry,
      onUnencodable: (site, cause) => context.ownFaults.add(site, cause),
      ...(setup.pausesWhenFull && {
        onFull: () => scanner.pause(),
        onRoom: () => scanner.resume(),
      }),
    });
    let guard: Connectivity | undefined;
    const options = { location, clock, telemetry, thread: name };
    let context = checkContext({
      ...options,
      urls: [],
      version: VERSION,
      ...(traces && { traces }),
    });
    const assign: Scanner["assign"] = (sites, since) => scanner.assign(sites, since);
    const share = setup.isShared ? new SiteShare({ ...options, assign }) : undefined;
    const scanner: Scanner = new Scanner({
      ...setup,
      ...options,
      ...(share && { mayCheck: () => share.mayCheck, firstWithinMs: TAKEN_OVER_WITHIN_MS }),
      ...(takesOverAtMs !== undefined && { takesOverAtMs }),
      sites: [],
      check: (site, signal) => checkSite(site, context, signal),
      onReport: (report) => sender.send(report),
    });
    scanner.start();
    return {
      assign(work) {
        const { sites, since, connectivity, ...targets } = work as ScannerWork;
        context = withTargets(context, targets);
        guard?.stop();
        guard = connectivity && new Connectivity({ ...connectivity, ...options }, context);
        context = {
          ...context,
          ...(guard && { connectivity: guard }),
          ...(share && { mayVisit: () => share.mayCheck }),
        };
        guard?.start();
        if (share) share.setSites(sites, since);
        else assign(sites, since);
      },
      link: (role, port) => role === "relay" ? share?.connect(port) : sender.connect(port),
      async stop(deadlineMs) {
        const endMs = clock.monotonicMs() + deadlineMs;
        await scanner.stop(Math.max(0, deadlineMs - HAND_OVER_MS));
        guard?.stop();
        share?.close();
        using handOver = new Deadline(clock, endMs - clock.monotonicMs());
        await sender.flush(handOver.signal);
        sender.close();
      },
    };
  },
});
