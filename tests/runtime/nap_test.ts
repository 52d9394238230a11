import { deepStrictEqual } from "node:assert/strict";
import { Nap } from "../../src/runtime/nap.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("Nap.take() ends with its time, when it is woken, and once when it was woken before", async () => {
  const clock = new FakeClock();
  const nap = new Nap(clock);
  const ends: number[] = [];
  const take = () => nap.take(100).then(() => void ends.push(clock.monotonicMs()));
  void take();
  await clock.pass(200);
  void take();
  await clock.pass(50);
  nap.wake();
  await clock.pass(0);
  nap.wake();
  nap.wake();
  await take();
  void take();
  await clock.pass(100);
  deepStrictEqual(ends, [100, 250, 250, 350]);
  deepStrictEqual(clock.pending, 0);
});
