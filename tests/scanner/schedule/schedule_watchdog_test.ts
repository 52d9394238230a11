import { deepStrictEqual } from "node:assert/strict";
import { sendLogsTo, stopLogging } from "../../../src/runtime/telemetry/logging.ts";
import { ScheduleWatchdog, WATCHDOG_MS } from "../../../src/scanner/schedule/schedule_watchdog.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { ScannerRig, sitesOf, startedRig } from "../scanner_rig.ts";
import { silent } from "../sites.ts";

const HOUR_MS = 3_600_000;

Deno.test("ScheduleWatchdog tells of a site that is overdue in two looks, once, until it is found again", async () => {
  const lines: unknown[] = [];
  await sendLogsTo(({ properties }) => void lines.push(properties), { level: "error" });
  const clock = new FakeClock();
  const found: number[] = [];
  let overdue: string[] = [];
  const watchdog = new ScheduleWatchdog({
    clock,
    telemetry: { ...silent, set: (_, value) => void found.push(value) },
    thread: "scanner-1",
    overdue: () => overdue,
  });
  watchdog.start();
  const looks = [["a"], ["b"], ["a", "b"], ["a", "b"], ["a", "b"], [], ["a"], ["a"]];
  for (overdue of looks) clock.advance(WATCHDOG_MS);
  deepStrictEqual(found, [0, 0, 0, 1, 2, 2, 0, 0, 1]);
  deepStrictEqual(lines, [
    { count: 1, site: "b" },
    { count: 2, site: "a" },
    { count: 1, site: "a" },
  ]);
  watchdog.stop();
  deepStrictEqual(clock.pending, 0);
  await stopLogging();
});

Deno.test("Scanner loses no site, however long it is suspended, paused, or held up by sites that hang", async () => {
  const sites = sitesOf(4, { intervalMs: 1_000, timeoutMs: 120_000 });
  let mayCheck = true;
  await using rig = startedRig(sites, {
    checkMs: ({ name }) => name === "site-0" ? 10 : 119_000,
    concurrency: 2,
    perHost: 1,
    mayCheck: () => mayCheck,
  });
  const steps = [
    () => rig.clock.pass(HOUR_MS / 10),
    () => rig.clock.suspend(HOUR_MS),
    () => (rig.scanner.pause(), rig.clock.pass(HOUR_MS / 10)),
    () => (mayCheck = false, rig.clock.pass(HOUR_MS / 10)),
    () => (mayCheck = true, rig.scanner.resume(), rig.clock.pass(HOUR_MS / 10)),
  ];
  for (const step of steps) {
    await step();
    deepStrictEqual(rig.lost, 0);
  }
});

Deno.test("Scanner misses a site whose check never ends", async () => {
  const sites = sitesOf(2, { intervalMs: 10_000, timeoutMs: 5_000 });
  await using rig = startedRig(sites, { checkMs: ({ name }) => name === "site-0" ? HOUR_MS : 10 });
  await rig.clock.pass(60_000);
  deepStrictEqual(rig.lost, 0);
  await rig.clock.pass(120_000);
  deepStrictEqual(rig.lost, 1);
});

Deno.test("Scanner misses every site, when its timer is lost", async () => {
  const clock = new FakeClock();
  let isLosing = false;
  await using rig = new ScannerRig(sitesOf(5, { intervalMs: 10_000 }), {
    originMs: clock.monotonicMs(),
    clock: {
      nowMicros: () => clock.nowMicros(),
      monotonicMs: () => clock.monotonicMs(),
      after: (delayMs, callback) =>
        isLosing && delayMs < WATCHDOG_MS ? () => {} : clock.after(delayMs, callback),
    },
  });
  rig.scanner.start();
  isLosing = true;
  await clock.pass(90_000);
  deepStrictEqual(rig.lost, 5);
});
