import {
  deepStrictEqual,
  doesNotThrow,
  notStrictEqual,
  strictEqual,
  throws,
} from "node:assert/strict";
import { CheckRun, STANDSTILL_MS } from "../../src/scanner/check_run.ts";
import { FakeClock } from "../support/fake_clock.ts";

function started(signal = new AbortController().signal) {
  const clock = new FakeClock();
  return { clock, run: new CheckRun(clock, { timeoutMs: 100, signal }) };
}

Deno.test("CheckRun aborts a connection that takes too long, and has a new signal for the next", async () => {
  const { clock, run } = started();
  const first = run.connecting(10);
  await clock.pass(10);
  run.connected();
  deepStrictEqual([first.aborted, run.isOver], [true, false]);
  const second = run.connecting(10);
  notStrictEqual(second, first);
  run.connected();
  await clock.pass(20);
  strictEqual(second.aborted, false, "a connection that is open has no connect timeout");
  run[Symbol.dispose]();
  strictEqual(clock.pending, 0);
});

Deno.test("CheckRun closes what is open and aborts, when its timeout passes", async () => {
  const { clock, run } = started();
  let closed = 0;
  const { signal } = run;
  run.closeAtEnd({ close: () => closed++ });
  await clock.pass(100);
  deepStrictEqual([closed, signal.aborted, run.isOver], [1, true, true]);
  strictEqual(run.signal.aborted, true, "nothing begins after the end");
  run.closeAtEnd({ close: () => closed++ });
  strictEqual(closed, 2, "what opens after the end is closed at once");
});

Deno.test("CheckRun is over at once, when its signal aborts or has aborted before", () => {
  const parent = new AbortController();
  const { run } = started(parent.signal);
  strictEqual(run.isOver, false);
  parent.abort();
  strictEqual(run.isOver, true);
  strictEqual(started(parent.signal).run.isOver, true);
});

Deno.test("CheckRun throws when a timeout came so late that nobody watched, and not earlier", async () => {
  for (const timeoutMs of [10, 100]) {
    for (const lateMs of [STANDSTILL_MS - 1, STANDSTILL_MS]) {
      const { clock, run } = started();
      if (timeoutMs < 100) run.connecting(timeoutMs);
      await clock.pass(timeoutMs - 1);
      await clock.suspend(1 + lateMs);
      (lateMs < STANDSTILL_MS ? doesNotThrow : throws)(() => run.throwIfStoodStill());
      run[Symbol.dispose]();
    }
  }
});
