/** A process that watches many sites for a while, and prints what that took as JSON. */
import process from "node:process";
import { systemClock } from "../../src/runtime/clock.ts";
import type { Telemetry } from "../../src/runtime/telemetry.ts";
import { checkContext } from "../../src/scanner/check_context.ts";
import { checkSite } from "../../src/scanner/check_site.ts";
import { Scanner } from "../../src/scanner/scanner.ts";
import { aSite } from "../scanner/sites.ts";

/** What to watch. */
export interface Load {
  readonly url: string;
  readonly sites: number;
  readonly intervalMs: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly checks: number;
  /** Of the process from its first slot on, a check. */
  readonly cpuMicros: number;
  readonly rssBytes: number;
  /** How late checks began after their slots. */
  readonly latenessMs: Readonly<Record<"median" | "99 %" | "most", number>>;
}

if (import.meta.main) {
  const load: Load = JSON.parse(Deno.args[0]!);
  console.log(JSON.stringify(await watch(load)));
}

async function watch({ url, sites, intervalMs, seconds }: Load): Promise<LoadResult> {
  const lateMs: number[] = [];
  const telemetry: Telemetry = {
    count() {},
    set() {},
    observe(name, value) {
      if (name === "sitemon_check_lateness_seconds") lateMs.push(value * 1_000);
    },
    dependency() {},
  };
  const clock = systemClock;
  const context = checkContext({ urls: [url], location: "bench", version: "0", clock, telemetry });
  const scanner = new Scanner({
    sites: Array.from(
      { length: sites },
      (_, n) => aSite(url, { name: `site ${n}`, intervalMs, timeoutMs: 10_000 }),
    ),
    location: "bench",
    concurrency: 256,
    anchorMs: clock.monotonicMs(),
    clock,
    telemetry,
    check: (site, signal) => checkSite(site, context, signal),
    onReport({ outcome, error_text }) {
      if (outcome !== "up") throw new Error(`Cannot measure as sites must be up: ${error_text}`);
    },
  });
  const start = process.cpuUsage();
  scanner.start();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  const { user, system } = process.cpuUsage(start);
  const { rss } = Deno.memoryUsage();
  await scanner.stop(1_000);
  const cpuMicros = (user + system) / Math.max(1, lateMs.length);
  return { checks: lateMs.length, cpuMicros, rssBytes: rss, latenessMs: percentiles(lateMs) };
}

function percentiles(values: readonly number[]): LoadResult["latenessMs"] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
  return { median: at(0.5), "99 %": at(0.99), most: at(1) };
}
