import { deepStrictEqual } from "node:assert/strict";
import { FakeClock } from "./fake_clock.ts";

Deno.test("FakeClock.advance() fires timers in order, and those set on the way", () => {
  const clock = new FakeClock();
  const fired: [string, number][] = [];
  const fire = (name: string) => fired.push([name, clock.monotonicMs()]);
  clock.after(20, () => fire("second"));
  clock.after(10, () => {
    fire("first");
    clock.after(5, () => fire("nested"));
  });
  const cancel = clock.after(12, () => fire("cancelled"));
  cancel();
  clock.advance(30);
  deepStrictEqual(fired, [["first", 10], ["nested", 15], ["second", 20]]);
});
