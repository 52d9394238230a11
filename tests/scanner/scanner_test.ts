import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import type { Site } from "../../src/config/site.ts";
import type { SiteReport } from "../../src/report/report.ts";
import type { Telemetry } from "../../src/runtime/telemetry/telemetry.ts";
import { placeOf, slotAt, slotsOf } from "../../src/scanner/schedule/schedule.ts";
import { GRAIN_MS, Scanner, type ScannerOptions } from "../../src/scanner/scanner.ts";
import { LeaseExpiredError } from "../../src/scanner/probe.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { aSite } from "./sites.ts";

/** A scanner whose checks take as long as they are told, and what was seen of it. */
class Rig {
  readonly clock = new FakeClock();
  readonly originMs = this.clock.monotonicMs();
  readonly started: { site: string; atMs: number }[] = [];
  readonly reports: string[] = [];
  readonly skipped: Record<string, number> = {};
  readonly running = new Map<string, number>();
  runningMax = 0;
  checkMs = 10;
  readonly scanner: Scanner;

  constructor(sites: readonly Site[], options: Partial<ScannerOptions> = {}) {
    const telemetry: Telemetry = {
      count: (name, labels = {}, by = 1) => {
        if (name !== "sitemon_checks_skipped_total") return;
        this.skipped[labels["cause"]!] = (this.skipped[labels["cause"]!] ?? 0) + by;
      },
      set() {},
      observe() {},
      dependency() {},
    };
    this.scanner = new Scanner({
      sites,
      location: "here",
      concurrency: 100,
      originMs: this.originMs,
      clock: this.clock,
      telemetry,
      check: (site, signal) => this.#check(site, signal),
      onReport: ({ site }) => this.reports.push(site),
      ...options,
    });
  }

  #check({ name }: Site, signal: AbortSignal): Promise<SiteReport> {
    this.started.push({ site: name, atMs: this.clock.monotonicMs() - this.originMs });
    ok(!this.running.has(name), "two checks of one site at once");
    this.running.set(name, 1);
    this.runningMax = Math.max(this.runningMax, this.running.size);
    return new Promise((resolve) => {
      const end = () => {
        this.running.delete(name);
        resolve({ site: name, location: "here", outcome: "up", reason: null } as SiteReport);
      };
      this.clock.after(this.checkMs, end);
      signal.addEventListener("abort", end, { once: true });
    });
  }
}

function sites(count: number, changes: Partial<Site> = {}): Site[] {
  return Array.from(
    { length: count },
    (_, i) => aSite(`http://host-${i}.example/`, { name: `site-${i}`, ...changes }),
  );
}

Deno.test("Scanner checks each site in its slots, when time passes", async () => {
  const rig = new Rig(sites(20, { intervalMs: 10_000 }));
  rig.scanner.start();
  await rig.clock.pass(40_000);
  for (const { site, atMs } of rig.started) {
    const late = (atMs - placeOf(site, "here") * 10_000) % 10_000;
    ok(late >= 0 && late <= GRAIN_MS, `${site} at ${atMs}`);
  }
  deepStrictEqual(rig.started.length, 80);
  deepStrictEqual(rig.skipped, {});
  await rig.scanner.stop(0);
});

Deno.test("Scanner arms one timer, when it has many sites", async () => {
  const rig = new Rig(sites(1_000));
  rig.scanner.start();
  deepStrictEqual(rig.clock.pending, 1);
  await rig.scanner.stop(0);
  deepStrictEqual(rig.clock.pending, 0);
});

Deno.test("Scanner never checks a site twice at once, when its checks outlast the interval", async () => {
  const rig = new Rig(sites(3, { intervalMs: 1_000 }));
  rig.checkMs = 2_500;
  rig.scanner.start();
  await rig.clock.pass(12_000);
  deepStrictEqual(rig.started.length, 12);
  deepStrictEqual(rig.skipped, { busy: 24 });
  await rig.scanner.stop(0);
});

Deno.test("Scanner does not catch up, when the process was suspended for a minute", async () => {
  const rig = new Rig(sites(100));
  rig.scanner.start();
  await rig.clock.pass(20_000);
  const before = rig.started.length;
  await rig.clock.suspend(60_000);
  const burst = rig.started.length - before;
  ok(burst < 35, `${burst} checks at once`);
  await rig.clock.pass(10_000);
  // Every site has one check in the ten seconds after, but for those of the burst, which had theirs.
  const after = rig.started.filter(({ atMs }) => atMs > 80_000).map(({ site }) => site);
  deepStrictEqual(new Set(after).size, 100);
  deepStrictEqual(rig.skipped["late"]! + burst, 600);
  await rig.scanner.stop(0);
});

Deno.test("Scanner keeps its cadence, when the wall clock is set", async () => {
  const rig = new Rig(sites(10));
  rig.scanner.start();
  await rig.clock.pass(20_000);
  rig.clock.stepWall(86_400_000);
  await rig.clock.pass(10_000);
  rig.clock.stepWall(-2 * 86_400_000);
  await rig.clock.pass(10_000);
  deepStrictEqual(rig.started.length, 40);
  await rig.scanner.stop(0);
});

Deno.test("Scanner keeps the slots of the process, when it starts later", async () => {
  const rig = new Rig(sites(10, { intervalMs: 60_000 }));
  await rig.clock.pass(100_000);
  rig.scanner.start();
  await rig.clock.pass(60_000);
  for (const { site, atMs } of rig.started) {
    const slots = slotsOf(placeOf(site, "here"), 60_000);
    ok(
      [1, 2, 3, 4].some((n) => Math.abs(slotAt(slots, n) - atMs) <= GRAIN_MS),
      `${site} at ${atMs}`,
    );
  }
  deepStrictEqual(rig.started.length, 10);
  await rig.scanner.stop(0);
});

Deno.test("Scanner checks a site at once, when its first slot passed while the thread started", async () => {
  const rig = new Rig(sites(50, { intervalMs: 3_600_000 }));
  await rig.clock.pass(1_500);
  rig.scanner.start();
  await rig.clock.pass(10_000);
  deepStrictEqual(new Set(rig.started.map(({ site }) => site)).size, 50);
  await rig.scanner.stop(0);
});

Deno.test("Scanner runs at most so many checks at once, and in order, when they pile up", async () => {
  const rig = new Rig(sites(50), { concurrency: 3 });
  rig.checkMs = 1_000;
  rig.scanner.start();
  await rig.clock.pass(30_000);
  deepStrictEqual(rig.runningMax, 3);
  ok(rig.started.length >= 80);
  await rig.scanner.stop(0);
});

Deno.test("Scanner holds up one host alone, when that has its limit", async () => {
  const slow = sites(10, { url: "http://slow.example/" });
  const other = aSite("http://other.example/", { name: "other" });
  const rig = new Rig([...slow, other], { concurrency: 5, perHost: 1 });
  rig.checkMs = 5_000;
  rig.scanner.start();
  await rig.clock.pass(30_000);
  deepStrictEqual(rig.runningMax, 2);
  deepStrictEqual(rig.started.filter(({ site }) => site === "other").length, 3);
  await rig.scanner.stop(0);
});

Deno.test("pause() leaves slots out until resume()", async () => {
  const rig = new Rig(sites(10));
  rig.scanner.start();
  await rig.clock.pass(10_000);
  rig.scanner.pause();
  await rig.clock.pass(20_000);
  deepStrictEqual([rig.started.length, rig.skipped], [10, { paused: 20 }]);
  rig.scanner.resume();
  await rig.clock.pass(10_000);
  deepStrictEqual(rig.started.length, 20);
  await rig.scanner.stop(0);
});

Deno.test("pause() leaves out the checks that wait for room", async () => {
  const rig = new Rig(sites(10), { concurrency: 1 });
  rig.checkMs = 60_000;
  rig.scanner.start();
  await rig.clock.pass(10_000);
  rig.scanner.pause();
  deepStrictEqual([rig.started.length, rig.skipped], [1, { paused: 9 }]);
  await rig.scanner.stop(0);
});

Deno.test("stop() waits for running checks, and starts none", async () => {
  const rig = new Rig(sites(10));
  rig.checkMs = 3_000;
  rig.scanner.start();
  await rig.clock.pass(5_000);
  const started = rig.started.length;
  const stopping = rig.scanner.stop(20_000);
  await rig.clock.pass(3_000);
  await stopping;
  deepStrictEqual([rig.reports.length, rig.started.length], [started, started]);
  await rig.clock.pass(30_000);
  deepStrictEqual(rig.started.length, started);
});

Deno.test("stop() cuts checks at its deadline, and then they leave no report", async () => {
  const rig = new Rig(sites(10));
  rig.checkMs = 60_000;
  rig.scanner.start();
  await rig.clock.pass(10_000);
  const stopping = rig.scanner.stop(2_000);
  await rig.clock.pass(2_000);
  await stopping;
  await rig.clock.pass(0);
  deepStrictEqual([rig.started.length, rig.reports.length, rig.running.size], [10, 0, 0]);
  await rig.scanner.stop(0);
});

Deno.test("Scanner accounts for every slot, whatever happens", async () => {
  const step = fc.record({
    what: fc.constantFrom("pass", "suspend", "pause", "resume"),
    ms: fc.integer({ min: 1, max: 30_000 }),
    checkMs: fc.integer({ min: 1, max: 15_000 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const rig = new Rig(sites(4), { concurrency: 2 });
      rig.scanner.start();
      for (const { what, ms, checkMs } of steps) {
        rig.checkMs = checkMs;
        if (what === "pause") rig.scanner.pause();
        if (what === "resume") rig.scanner.resume();
        await (what === "suspend" ? rig.clock.suspend(ms) : rig.clock.pass(ms));
      }
      rig.checkMs = 1;
      await rig.clock.pass(1);
      const skipped = Object.values(rig.skipped).reduce((sum, count) => sum + count, 0);
      const elapsedMs = rig.clock.monotonicMs() - rig.originMs;
      let slots = 0;
      for (let i = 0; i < 4; i++) {
        const { firstMs } = slotsOf(placeOf(`site-${i}`, "here"), 10_000);
        slots += Math.max(0, Math.floor((elapsedMs - Math.ceil(firstMs)) / 10_000) + 1);
      }
      const waitingMax = 4;
      const seen = skipped + rig.started.length;
      ok(seen <= slots + 4 && seen >= slots - waitingMax - 4, `${seen} of ${slots}`);
      await rig.scanner.stop(0);
    }),
    { numRuns: 50 },
  );
});

Deno.test("Scanner.assign() leaves sites that are the same in their slots, and drops the others", async () => {
  const [stays, goes, changes] = sites(3, { intervalMs: 1_000 });
  const rig = new Rig([stays!, goes!, changes!]);
  rig.scanner.start();
  await rig.clock.pass(5_000);
  rig.started.length = 0;
  const comes = aSite("http://new.example/", { name: "comes", intervalMs: 3_600_000 });
  const faster = { ...changes!, intervalMs: 500 };
  rig.scanner.assign([structuredClone(stays!), comes, faster], { comes: 5_000, "site-2": 5_000 });
  await rig.clock.pass(20_000);
  const counts = Object.groupBy(rig.started, ({ site }) => site);
  const times = counts["site-0"]!.map(({ atMs }) => atMs);
  deepStrictEqual(times.length, 20);
  ok(times.slice(1).every((at, i) => Math.abs(at - times[i]! - 1_000) <= 1));
  deepStrictEqual([counts["site-1"], counts["comes"]!.length], [undefined, 1]);
  ok(counts["comes"]![0]!.atMs < 15_001, "within ten seconds, although its interval is an hour");
  ok(counts["site-2"]!.length >= 39);
  await rig.scanner.stop(0);
});

Deno.test("Scanner takes over the slots after a moment, those that came up meanwhile among them", async () => {
  const all = sites(50, { intervalMs: 1_000 });
  const rig = new Rig(all, { takesOverAtMs: 3_000 });
  const anchor = rig.originMs;
  await rig.scanner.stop(0);
  const next = new Rig(all, { originMs: anchor, takesOverAtMs: anchor + 3_000 });
  await next.clock.pass(3_400);
  next.scanner.start();
  await next.clock.pass(10);
  const meanwhile = all.filter(({ name }) => placeOf(name, "here") <= 0.41).length;
  deepStrictEqual(next.started.length, meanwhile);
  deepStrictEqual(next.skipped, {});
  await next.scanner.stop(0);
});

Deno.test("Scanner leaves out what is not its own to check, and goes on in the next slots", async () => {
  let isOwn = true;
  const rig = new Rig(sites(20), { mayCheck: () => isOwn });
  rig.scanner.start();
  await rig.clock.pass(20_000);
  deepStrictEqual(rig.started.length, 40);
  isOwn = false;
  await rig.clock.pass(20_000);
  deepStrictEqual([rig.started.length, rig.skipped], [40, { unleased: 40 }]);
  isOwn = true;
  await rig.clock.pass(10_000);
  deepStrictEqual(rig.started.length, 60);
  await rig.scanner.stop(0);
});

Deno.test("Scanner starts nothing from its queue, and keeps no report, once it may not check", async () => {
  let isOwn = true;
  const rig = new Rig(sites(20), { mayCheck: () => isOwn, concurrency: 1 });
  rig.checkMs = 30_000;
  rig.scanner.start();
  await rig.clock.pass(10_000);
  deepStrictEqual(rig.started.length, 1);
  isOwn = false;
  await rig.clock.suspend(60_000);
  deepStrictEqual([rig.started.length, rig.reports], [1, []]);
  isOwn = true;
  rig.checkMs = 10;
  await rig.clock.pass(20_000);
  deepStrictEqual(new Set(rig.reports).size, 20);
  await rig.scanner.stop(0);
});

Deno.test("Scanner counts a check that gives up its visit as left out, and goes on", async () => {
  const rig = new Rig(sites(5), { check: () => Promise.reject(new LeaseExpiredError()) });
  rig.scanner.start();
  await rig.clock.pass(20_000);
  deepStrictEqual([rig.reports, rig.skipped], [[], { unleased: 10 }]);
  await rig.scanner.stop(0);
});

Deno.test("Scanner checks a site that came later within the time that it is told", async () => {
  const rig = new Rig([], { firstWithinMs: 5_000 });
  rig.scanner.start();
  await rig.clock.pass(100_000);
  const late = sites(50, { intervalMs: 3_600_000 });
  rig.scanner.assign(late, Object.fromEntries(late.map(({ name }) => [name, 100_000])));
  await rig.clock.pass(5_001);
  deepStrictEqual(new Set(rig.started.map(({ site }) => site)).size, 50);
  await rig.scanner.stop(0);
});

Deno.test("Scanner ends the gauges of sites that somebody else checks from now on", async () => {
  const gauges = new Map<string, number>();
  const telemetry: Telemetry = {
    count() {},
    set: (name, value, { site } = {}) =>
      void (name === "sitemon_site_up" && gauges.set(site!, value)),
    observe() {},
    dependency() {},
  };
  const rig = new Rig(sites(2), { telemetry });
  rig.checkMs = 3_000;
  rig.scanner.start();
  await rig.clock.pass(20_000);
  deepStrictEqual([...gauges.values()], [1, 1]);
  const running = await nextRunning(rig);
  rig.scanner.assign([]);
  rig.checkMs = 10;
  await rig.clock.pass(20_000);
  deepStrictEqual([...gauges.values()], [NaN, NaN], `also of ${running}, whose check still ran`);
  await rig.scanner.stop(0);
});

async function nextRunning(rig: Rig): Promise<string> {
  while (rig.running.size === 0) await rig.clock.pass(100);
  return [...rig.running.keys()].join();
}
