import { rejects, strictEqual } from "node:assert/strict";
import { abortable, Deadline, TimeoutError, within } from "../../src/runtime/deadline.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("Deadline aborts its signal, when its time is up, and says so", () => {
  const clock = new FakeClock();
  using deadline = new Deadline(clock, 10);
  clock.advance(9);
  strictEqual(deadline.signal.aborted, false);
  clock.advance(1);
  strictEqual(deadline.signal.aborted, true);
  strictEqual(deadline.isExpired, true);
});

Deno.test("Deadline aborts its signal with its parent's, without having expired", () => {
  const parent = new AbortController();
  using deadline = new Deadline(new FakeClock(), 10, parent.signal);
  parent.abort();
  strictEqual(deadline.signal.aborted, true);
  strictEqual(deadline.isExpired, false);
});

Deno.test("within() and abortable() settle as their promise does, when that is in time", async () => {
  strictEqual(await within(60_000, Promise.resolve(7)), 7);
  await rejects(within(60_000, Promise.reject(new TypeError("no"))), TypeError);
  strictEqual(await abortable(Promise.resolve(7), new AbortController().signal), 7);
});

Deno.test("within() rejects, when its promise is silent", async () => {
  const clock = new FakeClock();
  const silent = Promise.withResolvers<void>();
  const error = new TimeoutError("no answer within 5 ms");
  const waited = rejects(within(5, silent.promise, clock), error);
  clock.advance(5);
  await waited;
  // What comes late must not be an unhandled rejection.
  silent.reject(new Error("late"));
});

Deno.test("abortable() rejects with the signal's reason, when that aborts first", async () => {
  const abort = new AbortController();
  const silent = Promise.withResolvers<void>();
  const waited = rejects(abortable(silent.promise, abort.signal), new TypeError("stop"));
  abort.abort(new TypeError("stop"));
  await waited;
  silent.reject(new Error("late"));
});
