import { deepStrictEqual, ok } from "node:assert/strict";
import fc, { runs } from "../support/random_runs.ts";
import type { Site } from "../../src/config/site.ts";
import type { SiteReport } from "../../src/report/report.ts";
import type { Telemetry } from "../../src/runtime/telemetry/telemetry.ts";
import { placeOf, slotAt, slotsOf } from "../../src/scanner/schedule/schedule.ts";
import { TOGETHER_MS_MAX } from "../../src/scanner/scanner.ts";
import { LeaseExpiredError } from "../../src/scanner/probe.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { ScannerRig, sitesOf, startedRig } from "./scanner_rig.ts";
import { aSite, silent } from "./sites.ts";

Deno.test("Scanner checks each site in its slots, when time passes", async () => {
  await using rig = startedRig(sitesOf(20, { intervalMs: 10_000 }));
  await rig.clock.pass(40_000);
  for (const { site, atMs } of rig.started) {
    const late = (atMs - placeOf(site, "here") * 10_000) % 10_000;
    ok(late >= 0 && late <= TOGETHER_MS_MAX, `${site} at ${atMs}`);
  }
  deepStrictEqual(rig.started.length, 80);
  deepStrictEqual(rig.skipped, {});
});

for (
  const { name, count, intervalMs, expected } of [
    { name: "five of 100 a second", count: 1_000, intervalMs: 10_000, expected: [3, 5] },
    {
      name: "those of 10 ms of 1,000 a second",
      count: 1_000,
      intervalMs: 1_000,
      expected: [9, 11],
    },
    { name: "hardly any of two a second", count: 20, intervalMs: 10_000, expected: [1, 1.3] },
    { name: "hardly any where an interval is short", count: 5, intervalMs: 100, expected: [1, 3] },
  ]
) {
  Deno.test(`Scanner begins ${name} together, within ${TOGETHER_MS_MAX} ms`, async () => {
    await using rig = startedRig(sitesOf(count, { intervalMs }));
    await rig.clock.pass(40_000);
    const begun = rig.started.filter(({ atMs }) => atMs > 15_000).map(({ atMs }) => atMs);
    const together = begun.length / new Set(begun).size;
    ok(together >= expected[0]! && together <= expected[1]!, `${together}`);
    deepStrictEqual(rig.skipped, {});
  });
}

Deno.test("Scanner arms one timer beside its watchdog's, when it has many sites", async () => {
  await using rig = startedRig(sitesOf(1_000));
  deepStrictEqual(rig.clock.pending, 2);
  await rig.scanner.stop(0);
  deepStrictEqual(rig.clock.pending, 0);
});

Deno.test("Scanner never checks a site twice at once, when its checks outlast the interval", async () => {
  await using rig = startedRig(sitesOf(3, { intervalMs: 1_000 }), { checkMs: 2_500 });
  await rig.clock.pass(12_000);
  deepStrictEqual(rig.started.length, 12);
  deepStrictEqual(rig.skipped, { site_busy: 24 });
});

for (
  const { checkMs, suspendedMs = 0, expected } of [
    { checkMs: 10, expected: 10_000 },
    { checkMs: 9_990, expected: 10_000 },
    { checkMs: 10_010, expected: 20_000 },
    { checkMs: 35_000, expected: 40_000 },
    // Nobody watched the site while the process was suspended.
    { checkMs: 2_000, suspendedMs: 600_000, expected: 2_000 + 30_000 + 10_000 },
  ]
) {
  const when = `a check takes ${checkMs + suspendedMs} ms`;
  Deno.test(`Scanner says that the next check begins after ${expected} ms, when ${when}`, async () => {
    const spans: (number | null)[] = [];
    const onReport = (report: SiteReport) => {
      spans.push(report.next_check_ms);
      return report;
    };
    const site = aSite("http://a.example/", { name: "a", timeoutMs: Math.max(2_000, checkMs) });
    await using rig = startedRig([site], { checkMs, onReport });
    const slots = slotsOf(placeOf("a", "here"), 10_000);
    await rig.clock.pass(slotAt(slots, 1) + TOGETHER_MS_MAX);
    spans.length = 0;
    await rig.clock.suspend(suspendedMs);
    await rig.clock.pass(2 * checkMs + 10_000);
    ok(Math.abs(spans[0]! - expected) <= TOGETHER_MS_MAX, `${spans[0]}`);
  });
}

Deno.test("Scanner counts from slot to slot until a site's next check, also of its successor", async () => {
  const reports: SiteReport[] = [];
  const [before, after] = [10_000, 60_000].map((intervalMs) =>
    aSite("http://a.example/", { name: "a", intervalMs })
  ) as [Site, Site];
  await using rig = startedRig([before], {
    checkMs: 3_000,
    onReport: (report) => {
      reports.push(report);
      return report;
    },
  });
  await rig.clock.pass(slotAt(slotsOf(placeOf("a", "here"), 10_000), 2) + 1_000);
  rig.scanner.assign([after]);
  await rig.clock.pass(120_000);
  const spans = reports.map(({ next_check_ms }) => next_check_ms!);
  const begun = rig.started.map(({ atMs }) => atMs);
  for (const [index, ms] of spans.slice(0, -1).entries()) {
    ok(Math.abs(begun[index + 1]! - begun[index]! - ms) <= TOGETHER_MS_MAX, `${begun}: ${spans}`);
  }
});

Deno.test("Scanner does not catch up, when the process was suspended for a minute", async () => {
  await using rig = startedRig(sitesOf(100));
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
});

Deno.test("Scanner keeps its cadence, when the wall clock is set", async () => {
  await using rig = startedRig(sitesOf(10));
  await rig.clock.pass(20_000);
  rig.clock.stepWall(86_400_000);
  await rig.clock.pass(10_000);
  rig.clock.stepWall(-2 * 86_400_000);
  await rig.clock.pass(10_000);
  deepStrictEqual(rig.started.length, 40);
});

Deno.test("Scanner keeps the slots of the process, when it starts later", async () => {
  await using rig = new ScannerRig(sitesOf(10, { intervalMs: 60_000 }));
  await rig.clock.pass(100_000);
  rig.scanner.start();
  await rig.clock.pass(60_000);
  for (const { site, atMs } of rig.started) {
    const slots = slotsOf(placeOf(site, "here"), 60_000);
    ok(
      [1, 2, 3, 4].some((n) => Math.abs(slotAt(slots, n) - atMs) <= TOGETHER_MS_MAX),
      `${site} at ${atMs}`,
    );
  }
  deepStrictEqual(rig.started.length, 10);
});

Deno.test("Scanner checks a site at once, when its first slot passed while the thread started", async () => {
  await using rig = new ScannerRig(sitesOf(50, { intervalMs: 3_600_000 }));
  await rig.clock.pass(1_500);
  rig.scanner.start();
  await rig.clock.pass(10_000);
  deepStrictEqual(new Set(rig.started.map(({ site }) => site)).size, 50);
});

Deno.test("Scanner runs at most so many checks at once, and in order, when they pile up", async () => {
  await using rig = startedRig(sitesOf(50), { checkMs: 1_000, concurrency: 3 });
  await rig.clock.pass(30_000);
  deepStrictEqual(rig.runningMax, 3);
  ok(rig.started.length >= 80);
});

Deno.test("Scanner holds up one host alone, when that has its limit", async () => {
  const slow = sitesOf(10, { url: "http://slow.example/" });
  const other = aSite("http://other.example/", { name: "other" });
  await using rig = startedRig([...slow, other], { checkMs: 5_000, concurrency: 5, perHost: 1 });
  await rig.clock.pass(30_000);
  deepStrictEqual(rig.runningMax, 2);
  deepStrictEqual(rig.started.filter(({ site }) => site === "other").length, 3);
});

Deno.test("pause() leaves slots out until resume()", async () => {
  await using rig = startedRig(sitesOf(10));
  await rig.clock.pass(10_000);
  rig.scanner.pause();
  await rig.clock.pass(20_000);
  deepStrictEqual([rig.started.length, rig.skipped], [10, { paused: 20 }]);
  rig.scanner.resume();
  await rig.clock.pass(10_000);
  deepStrictEqual(rig.started.length, 20);
});

Deno.test("pause() leaves out the checks that wait for room", async () => {
  await using rig = startedRig(sitesOf(10), { checkMs: 60_000, concurrency: 1 });
  await rig.clock.pass(10_000);
  rig.scanner.pause();
  deepStrictEqual([rig.started.length, rig.skipped], [1, { paused: 9 }]);
});

Deno.test("stop() waits for running checks, and starts none", async () => {
  await using rig = startedRig(sitesOf(10), { checkMs: 3_000 });
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
  await using rig = startedRig(sitesOf(10), { checkMs: 60_000 });
  await rig.clock.pass(10_000);
  const stopping = rig.scanner.stop(2_000);
  await rig.clock.pass(2_000);
  await stopping;
  await rig.clock.pass(0);
  deepStrictEqual([rig.started.length, rig.reports.length, rig.running.size], [10, 0, 0]);
});

Deno.test("Scanner accounts for every slot, whatever happens", async () => {
  const step = fc.record({
    what: fc.constantFrom("pass", "suspend", "pause", "resume"),
    ms: fc.integer({ min: 1, max: 30_000 }),
    checkMs: fc.integer({ min: 1, max: 15_000 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      await using rig = startedRig(sitesOf(4), { concurrency: 2 });
      for (const { what, ms, checkMs } of steps) {
        rig.checkMs = () => checkMs;
        if (what === "pause") rig.scanner.pause();
        if (what === "resume") rig.scanner.resume();
        await (what === "suspend" ? rig.clock.suspend(ms) : rig.clock.pass(ms));
      }
      rig.checkMs = () => 1;
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
      deepStrictEqual(rig.lost, 0);
    }),
    runs(50),
  );
});

Deno.test("Scanner.assign() leaves sites that are the same in their slots, and drops the others", async () => {
  const [stays, goes, changes] = sitesOf(3, { intervalMs: 1_000 });
  await using rig = startedRig([stays!, goes!, changes!]);
  await rig.clock.pass(5_000);
  rig.started.length = 0;
  const comes = aSite("http://new.example/", { name: "comes", intervalMs: 3_600_000 });
  const faster = { ...changes!, intervalMs: 500 };
  rig.scanner.assign(
    [structuredClone(stays!), comes, faster],
    new Map([["comes", 5_000], ["site-2", 5_000]]),
  );
  await rig.clock.pass(20_000);
  const counts = Object.groupBy(rig.started, ({ site }) => site);
  const times = counts["site-0"]!.map(({ atMs }) => atMs);
  deepStrictEqual(times.length, 20);
  ok(times.slice(1).every((at, i) => Math.abs(at - times[i]! - 1_000) <= 1));
  deepStrictEqual([counts["site-1"], counts["comes"]!.length], [undefined, 1]);
  ok(counts["comes"]![0]!.atMs < 15_001, "within ten seconds, although its interval is an hour");
  ok(counts["site-2"]!.length >= 39);
});

Deno.test("Scanner takes over the slots after a moment, those that came up meanwhile among them", async () => {
  const all = sitesOf(50, { intervalMs: 1_000 });
  const originMs = new FakeClock().monotonicMs();
  await using next = new ScannerRig(all, { originMs, takesOverAtMs: originMs + 3_000 });
  await next.clock.pass(3_400);
  next.scanner.start();
  await next.clock.pass(10);
  const meanwhile = all.filter(({ name }) => placeOf(name, "here") <= 0.41).length;
  deepStrictEqual(next.started.length, meanwhile);
  deepStrictEqual(next.skipped, {});
});

Deno.test("Scanner leaves out what is not its own to check, and goes on in the next slots", async () => {
  let isOwn = true;
  await using rig = startedRig(sitesOf(20), { mayCheck: () => isOwn });
  await rig.clock.pass(20_000);
  deepStrictEqual(rig.started.length, 40);
  isOwn = false;
  await rig.clock.pass(20_000);
  deepStrictEqual([rig.started.length, rig.skipped], [40, { unleased: 40 }]);
  isOwn = true;
  await rig.clock.pass(10_000);
  deepStrictEqual(rig.started.length, 60);
});

Deno.test("Scanner starts nothing from its queue, and keeps no report, once it may not check", async () => {
  let isOwn = true;
  await using rig = startedRig(sitesOf(20), {
    checkMs: 30_000,
    mayCheck: () => isOwn,
    concurrency: 1,
  });
  await rig.clock.pass(10_000);
  deepStrictEqual(rig.started.length, 1);
  isOwn = false;
  await rig.clock.suspend(60_000);
  deepStrictEqual([rig.started.length, rig.reports], [1, []]);
  isOwn = true;
  rig.checkMs = () => 10;
  await rig.clock.pass(20_000);
  deepStrictEqual(new Set(rig.reports).size, 20);
});

Deno.test("Scanner counts a check that gives up its visit as left out, and goes on", async () => {
  await using rig = startedRig(sitesOf(5), {
    check: () => Promise.reject(new LeaseExpiredError()),
  });
  await rig.clock.pass(20_000);
  deepStrictEqual([rig.reports, rig.skipped], [[], { unleased: 10 }]);
});

Deno.test("Scanner checks a site that came later within the time that it is told", async () => {
  await using rig = startedRig([], { firstWithinMs: 5_000 });
  await rig.clock.pass(100_000);
  const late = sitesOf(50, { intervalMs: 3_600_000 });
  rig.scanner.assign(late, new Map(late.map(({ name }) => [name, 100_000])));
  await rig.clock.pass(5_001);
  deepStrictEqual(new Set(rig.started.map(({ site }) => site)).size, 50);
});

Deno.test("Scanner ends the gauges of sites that somebody else checks from now on", async () => {
  const gauges = new Map<string, number>();
  const telemetry: Telemetry = {
    ...silent,
    set: (name, value, { site } = {}) =>
      void (name === "sitemon_site_up" && gauges.set(site!, value)),
  };
  await using rig = startedRig(sitesOf(2), { checkMs: 3_000, telemetry });
  await rig.clock.pass(20_000);
  deepStrictEqual([...gauges.values()], [1, 1]);
  const running = await nextRunning(rig);
  rig.scanner.assign([]);
  rig.checkMs = () => 10;
  await rig.clock.pass(20_000);
  deepStrictEqual([...gauges.values()], [NaN, NaN], `also of ${running}, whose check still ran`);
});

async function nextRunning(rig: ScannerRig): Promise<string> {
  while (rig.running.size === 0) await rig.clock.pass(100);
  return [...rig.running].join();
}
