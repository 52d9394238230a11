/** A scanner with a clock that tests move, and what was seen of it. */
import { ok } from "node:assert/strict";
import type { Site } from "../../src/config/site.ts";
import type { SiteReport } from "../../src/report/report.ts";
import { Scanner, type ScannerOptions } from "../../src/scanner/scanner.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { aSite, silent } from "./sites.ts";

/** A scanner whose checks take as long as they are told; it stops when disposed of. */
export class ScannerRig implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly originMs = this.clock.monotonicMs();
  /** Each check that began, in milliseconds after the origin. */
  readonly started: { site: string; atMs: number }[] = [];
  readonly reports: string[] = [];
  readonly skipped: Record<string, number> = {};
  /** Sites that the watchdog misses. */
  lost = NaN;
  readonly running = new Set<string>();
  runningMax = 0;
  checkMs: (site: Site) => number = () => 10;
  readonly scanner: Scanner;

  constructor(sites: readonly Site[], options: Partial<ScannerOptions> = {}) {
    this.scanner = new Scanner({
      sites,
      location: "here",
      concurrency: 100,
      originMs: this.originMs,
      clock: this.clock,
      telemetry: {
        ...silent,
        count: (name, labels, by) => this.#count(name, labels, by),
        set: (name, value) => void (name === "sitemon_sites_lost" && (this.lost = value)),
      },
      check: (site, signal) => this.#check(site, signal),
      onReport: (report) => {
        this.reports.push(report.site);
        return report;
      },
      ...options,
    });
  }

  #count(name: string, labels: Readonly<Record<string, string>> = {}, by = 1): void {
    if (name !== "sitemon_checks_skipped_total" || by === 0) return;
    const { cause = "" } = labels;
    this.skipped[cause] = (this.skipped[cause] ?? 0) + by;
  }

  #check(site: Site, signal: AbortSignal): Promise<SiteReport> {
    const { name } = site;
    this.started.push({ site: name, atMs: this.clock.monotonicMs() - this.originMs });
    ok(!this.running.has(name), "two checks of one site at once");
    this.running.add(name);
    this.runningMax = Math.max(this.runningMax, this.running.size);
    return new Promise((resolve) => {
      const end = () => {
        this.running.delete(name);
        resolve({ site: name, location: "here", outcome: "up", reason: null } as SiteReport);
      };
      this.clock.after(this.checkMs(site), end);
      signal.addEventListener("abort", end, { once: true });
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.scanner.stop(0);
  }
}

/** A rig whose scanner has started, with checks that take 10 ms unless told. */
export function startedRig(
  sites: readonly Site[],
  { checkMs = 10, ...options }: Partial<ScannerOptions> & {
    readonly checkMs?: number | ((site: Site) => number);
  } = {},
): ScannerRig {
  const rig = new ScannerRig(sites, options);
  rig.checkMs = typeof checkMs === "number" ? () => checkMs : checkMs;
  rig.scanner.start();
  return rig;
}

/** Sites with names and hosts of their own. */
export function sitesOf(count: number, changes: Partial<Site> = {}, kind = "site"): Site[] {
  return Array.from(
    { length: count },
    (_, n) => aSite(`http://${kind}-${n}.example/`, { name: `${kind}-${n}`, ...changes }),
  );
}
