import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { withHeartbeats } from "../../../src/status/ingest/ingest.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { turn } from "./ingest_fixture.ts";

function optionsOf(clock: FakeClock, heartbeat: () => Promise<void>) {
  return { heartbeat, clock, signal: new AbortController().signal };
}

Deno.test("withHeartbeats() beats at its interval until the task has ended", async () => {
  const clock = new FakeClock();
  const beats: number[] = [];
  const task = Promise.withResolvers<string>();
  const running = withHeartbeats(
    () => task.promise,
    optionsOf(clock, () => Promise.resolve(void beats.push(clock.monotonicMs()))),
  );
  for (let second = 0; second < 10; second++) {
    clock.advance(1_000);
    await turn();
  }
  task.resolve("done");
  strictEqual(await running, "done");
  deepStrictEqual(beats, [3_000, 6_000, 9_000]);
  strictEqual(clock.pending, 0);
});

Deno.test("withHeartbeats() never runs two heartbeats at once", async () => {
  const clock = new FakeClock();
  const beat = Promise.withResolvers<void>();
  let begun = 0;
  const task = Promise.withResolvers<void>();
  const running = withHeartbeats(
    () => task.promise,
    optionsOf(clock, () => {
      begun++;
      return beat.promise;
    }),
  );
  clock.advance(3_000);
  await turn();
  clock.advance(60_000);
  await turn();
  strictEqual(begun, 1);
  beat.resolve();
  task.resolve();
  await running;
});

Deno.test("withHeartbeats() rejects as the task does", async () => {
  const clock = new FakeClock();
  const failing = withHeartbeats(
    () => Promise.reject(new Error("task")),
    optionsOf(clock, () => Promise.resolve()),
  );
  await rejects(() => failing, /task/);
  strictEqual(clock.pending, 0);
});

Deno.test("withHeartbeats() aborts the task and prefers the heartbeat's error", async () => {
  const clock = new FakeClock();
  const running = withHeartbeats(
    (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(new Error("task")), { once: true });
      }),
    optionsOf(clock, () => Promise.reject(new Error("heartbeat"))),
  );
  running.catch(() => {});
  clock.advance(3_000);
  await rejects(() => running, /heartbeat/);
});

Deno.test("withHeartbeats() hands the signal's reason to the task, also when it came before", async () => {
  const options = {
    ...optionsOf(new FakeClock(), () => Promise.resolve()),
    signal: AbortSignal.abort("stopping"),
  };
  strictEqual(
    await withHeartbeats((signal) => Promise.resolve(signal.reason), options),
    "stopping",
  );
});
