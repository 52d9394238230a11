import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { KafkaError } from "../../src/kafka/kafka_error.ts";
import {
  SILENCE_MAX_MS,
  SILENCE_MS,
  StalledConsumerError,
  Watchdog,
} from "../../src/kafka/watchdog.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { nextTurn } from "../support/waiting.ts";

/** A watchdog whose brokers answer, or not, and what it made of that. */
function setUp() {
  const clock = new FakeClock();
  const kafka = { isDown: false };
  const outages: unknown[] = [];
  const down = new KafkaError("unreachable", "down");
  const probe = () => kafka.isDown ? Promise.reject(down) : Promise.resolve();
  const watchdog = new Watchdog({ clock, probe, onOutage: (error) => outages.push(error) });
  const end = new AbortController();
  const watched = watchdog.watch(end.signal);
  watched.catch(() => {});
  const pass = async (ms: number, feed = false) => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      clock.advance(1_000);
      if (feed) watchdog.feed();
      // Every promise that the clock has let go on.
      await nextTurn();
    }
  };
  return { clock, kafka, outages, end, watched, pass };
}

Deno.test("watch() says nothing, when it is fed", async () => {
  const { end, watched, outages, pass } = setUp();
  await pass(3 * SILENCE_MAX_MS, true);
  end.abort();
  await watched;
  deepStrictEqual(outages, []);
});

Deno.test("watch() rejects, when there is silence although the brokers answer", async () => {
  const { watched, outages, pass, clock } = setUp();
  await pass(SILENCE_MAX_MS + SILENCE_MS);
  await rejects(() => watched, StalledConsumerError);
  deepStrictEqual(outages, []);
  strictEqual(clock.pending, 0);
});

Deno.test("watch() goes on, when the process was stopped, and its consumer with it", async () => {
  const { clock, end, watched, outages, pass } = setUp();
  for (let stops = 0; stops < 3; stops++) {
    await pass(SILENCE_MS - 1_000, true);
    await clock.suspend(10 * SILENCE_MAX_MS);
    await pass(1_000, true);
  }
  end.abort();
  await watched;
  deepStrictEqual(outages, []);
});

Deno.test("watch() tells an outage and waits for its end, however long", async () => {
  const { kafka, end, watched, outages, pass } = setUp();
  kafka.isDown = true;
  await pass(SILENCE_MS + 1_000);
  strictEqual(outages.length, 1);
  await pass(10 * SILENCE_MAX_MS);
  kafka.isDown = false;
  await pass(SILENCE_MAX_MS, true);
  end.abort();
  await watched;
});
