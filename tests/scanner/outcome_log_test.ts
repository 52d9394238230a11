import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { sendLogsTo, stopLogging } from "../../src/runtime/telemetry/logging.ts";
import { CHANGES_PER_SECOND_MAX, OutcomeLog, type Verdict } from "../../src/scanner/outcome_log.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** Logs of what `work` does with an OutcomeLog. */
async function logged(
  work: (log: OutcomeLog, clock: FakeClock) => void,
): Promise<string[]> {
  const lines: string[] = [];
  await sendLogsTo(({ message }) => void lines.push(message.join("")), { level: "info" });
  const clock = new FakeClock();
  const log = new OutcomeLog(clock);
  work(log, clock);
  log.close();
  strictEqual(clock.pending, 0);
  await stopLogging();
  return lines;
}

const up = (site: string): Verdict => ({ site, outcome: "up", reason: null });
const down = (site: string): Verdict => ({ site, outcome: "down", reason: "timeout" });

Deno.test("note() logs changes alone, and none of a check that says nothing", async () => {
  const lines = await logged((log) => {
    for (const verdict of [up("a"), up("a"), down("a"), down("a")]) log.note(verdict);
    log.note({ site: "a", outcome: "inconclusive", reason: "internal" });
    log.note(down("a"));
    log.note(up("a"));
    log.note(down("b"));
    log.forget("b");
    log.note(down("b"));
  });
  deepStrictEqual(lines, [
    'site "a" is down (timeout), was up',
    'site "a" is up, was down',
    'site "b" is down (timeout), was unknown',
    'site "b" is down (timeout), was unknown',
  ]);
});

Deno.test("note() logs so many changes a second, and sums up the others", async () => {
  const names = Array.from({ length: CHANGES_PER_SECOND_MAX + 5 }, (_, n) => `s${n}`);
  const lines = await logged((log, clock) => {
    for (const name of names) log.note(down(name));
    log.note(up("s0"));
    clock.advance(1_000);
    log.note(up("s1"));
  });
  strictEqual(lines.length, CHANGES_PER_SECOND_MAX + 2);
  deepStrictEqual(lines.slice(-2), [
    "6 more changes in that second: 5 down, 1 up",
    'site "s1" is up, was down',
  ]);
});
