import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { CONFIGURATION_RETRY_MS } from "../../src/runtime/backoff.ts";
import { sleep } from "../../src/runtime/clock.ts";
import type { Outbox } from "../../src/outbox/outbox.ts";
import { OutboxUnavailableError } from "../../src/outbox/outbox_error.ts";
import type { OutboxSource, Settlement, TakeLimits } from "../../src/outbox/outbox_source.ts";
import { type OutboxRow, PublishError, type PublishFailure } from "../../src/outbox/publisher.ts";
import { BACKOFF, LINGER_MS, Relay, STALL_MS } from "../../src/outbox/relay.ts";
import { eventually, within } from "../support/waiting.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakePublisher } from "./fake_publisher.ts";
import { draftsOf, manyReports, OutboxFolder, range, reportsOf } from "./outbox_fixture.ts";
import { RecordingTelemetry } from "../support/recording_telemetry.ts";

const DEADLINE_MS = 60_000;
const TEMPORARY = ["unreachable", "timeout", "rejected"] as const;
const CONFIGURATION = [
  "permission",
  "tls",
  "authentication",
  "authorization",
  "topic_missing",
  "message_limit",
] as const;

/** Of more than one batch, by either of its limits. */
const FULL: readonly [what: string, reports: ReturnType<typeof reportsOf>][] = [
  ["its rows", manyReports(501)],
  ["its bytes", manyReports(600).map((report) => ({ ...report, snippet: "x".repeat(1_024) }))],
];

/** An outbox in this thread; it hands out what is there, or waits until the signal aborts. */
class DirectSource implements OutboxSource {
  readonly settlements: Settlement[] = [];
  /** Rows that were handed out ahead of their turn. */
  ahead = 0;
  /** How often settling fails before it succeeds. */
  failures = 0;
  #wake = Promise.withResolvers<void>();
  readonly #outbox: Outbox;
  readonly #clock: FakeClock;

  constructor(outbox: Outbox, clock: FakeClock) {
    this.#outbox = outbox;
    this.#clock = clock;
  }

  append(...sites: string[]): void {
    this.#outbox.append(draftsOf(reportsOf(...sites)));
    this.#wake.resolve();
  }

  async take(limits: TakeLimits, signal: AbortSignal): Promise<readonly OutboxRow[]> {
    if (limits.lingerMs) await sleep(this.#clock, limits.lingerMs, signal);
    for (;;) {
      this.#wake = Promise.withResolvers();
      const rows = this.#outbox.take(limits);
      if (limits.isAhead) this.ahead += rows.length;
      if (rows.length > 0 || limits.waitMs === 0 || signal.aborted) return rows;
      signal.addEventListener("abort", () => this.#wake.resolve(), { once: true });
      await this.#wake.promise;
    }
  }

  settle(settlement: Settlement): Promise<void> {
    if (this.failures-- > 0) {
      return Promise.reject(new OutboxUnavailableError("disk_full", "the disk is full"));
    }
    this.settlements.push(settlement);
    this.#outbox.settle(settlement);
    return Promise.resolve();
  }
}

/** A relay at work on an outbox of its own. */
class Bench extends OutboxFolder {
  readonly outbox = this.open();
  readonly publisher = new FakePublisher();
  readonly relayTelemetry = new RecordingTelemetry();
  readonly relayClock = new FakeClock();
  readonly source = new DirectSource(this.outbox, this.relayClock);
  readonly relay = new Relay({
    source: this.source,
    publisher: this.publisher,
    dependency: "kafka",
    clock: this.relayClock,
    telemetry: this.relayTelemetry,
    random: () => 0.999,
  });
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  start(): void {
    this.#running = this.relay.run(this.#stop.signal);
  }

  stop(): Promise<void> {
    this.#stop.abort();
    return within(DEADLINE_MS, "end of the relay", this.#running ?? Promise.resolve());
  }

  get sequences(): number[] {
    return this.publisher.received.map((row) => row.sequence);
  }

  async until(what: string, isTrue: () => boolean): Promise<void> {
    await eventually(DEADLINE_MS, what, () => isTrue() || undefined);
  }

  /** Lets the time pass in which rows gather after a batch. */
  async linger(): Promise<void> {
    await this.until("a wait", () => this.relayClock.pending === 1);
    this.relayClock.advance(LINGER_MS);
  }

  fail(failure: PublishFailure): void {
    this.publisher.failure = new PublishError(failure, `the test says ${failure}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.outbox.close();
    this[Symbol.dispose]();
  }
}

Deno.test("Relay publishes every row in order and deletes it", async () => {
  await using bench = new Bench();
  bench.outbox.append(draftsOf(manyReports(1_200)));
  bench.start();
  await bench.until("all rows", () => bench.outbox.stats().rows === 0);
  deepStrictEqual(bench.sequences, range(1, 1_200));
  deepStrictEqual(bench.publisher.batches.map((batch) => batch.length), [500, 500, 200]);
  strictEqual(bench.relayTelemetry.value("sitemon_published_total"), 1_200);
  deepStrictEqual(bench.relayTelemetry.states.get("kafka"), { ok: true });
});

Deno.test("Relay publishes what is stored while it waits", async () => {
  await using bench = new Bench();
  bench.start();
  for (let sequence = 1; sequence <= 3; sequence++) {
    bench.source.append("shop");
    await bench.until("the row", () => bench.sequences.at(-1) === sequence);
    await bench.linger();
  }
});

Deno.test("Relay lets rows gather after a batch that is not full", async () => {
  await using bench = new Bench();
  bench.source.append("a");
  bench.start();
  await bench.until("a wait", () => bench.relayClock.pending === 1);
  bench.source.append("b");
  bench.relayClock.advance(LINGER_MS - 1);
  bench.source.append("c");
  strictEqual(bench.publisher.batches.length, 1);
  bench.relayClock.advance(1);
  await bench.until("the others", () => bench.publisher.batches.length === 2);
  deepStrictEqual(bench.sequences, [1, 2, 3]);
});

for (const [what, reports] of FULL) {
  Deno.test(`Relay fetches the next batch while one is published that has all ${what}`, async () => {
    await using bench = new Bench();
    const gate = Promise.withResolvers<void>();
    bench.publisher.gate = gate.promise;
    bench.publisher.payloadBytesMax = Infinity;
    bench.outbox.append(draftsOf(reports));
    bench.start();
    await bench.until("the first batch", () => bench.publisher.batches.length === 1);
    ok(bench.source.ahead > 0);
    gate.resolve();
    await bench.until("all rows", () => bench.sequences.length === reports.length);
    deepStrictEqual(bench.sequences, reports.map((_, index) => index + 1));
  });
}

Deno.test("Relay publishes what is left of a batch before what it fetched meanwhile", async () => {
  await using bench = new Bench();
  bench.publisher.refuses = (row) => row.sequence === 7 && bench.publisher.batches.length === 1;
  bench.outbox.append(draftsOf(manyReports(1_000)));
  bench.start();
  await bench.until("all rows", () => bench.sequences.length === 1_000);
  deepStrictEqual(bench.sequences.slice(499), [7, ...range(501, 1_000)]);
});

Deno.test("Relay keeps one batch in flight", async () => {
  await using bench = new Bench();
  const gate = Promise.withResolvers<void>();
  bench.publisher.gate = gate.promise;
  bench.outbox.append(draftsOf(manyReports(501)));
  bench.start();
  await bench.until("the first batch", () => bench.publisher.batches.length === 1);
  bench.source.append("shop");
  strictEqual(bench.publisher.batches.length, 1);
  gate.resolve();
  await bench.linger();
  await bench.until("all rows", () => bench.sequences.length === 502);
});

for (const failure of TEMPORARY) {
  Deno.test(`Relay tries again after ${failure}, ever more slowly up to 5 s`, async () => {
    await using bench = new Bench();
    bench.fail(failure);
    bench.source.append("shop");
    bench.start();
    let expectedMs: number = BACKOFF.minMs;
    for (let tries = 1; tries <= 7; tries++) {
      await bench.until("a wait", () => bench.relayClock.pending === 1);
      strictEqual(bench.publisher.batches.length, tries);
      // The jitter of this test is 0.999 of a half.
      bench.relayClock.advance(expectedMs * 0.99);
      strictEqual(bench.relayClock.pending, 1);
      bench.relayClock.advance(expectedMs * 0.01);
      expectedMs = Math.min(expectedMs * 2, BACKOFF.maxMs);
      await bench.until("the next try", () => bench.publisher.batches.length === tries + 1);
    }
    deepStrictEqual(bench.relayTelemetry.states.get("kafka"), {
      ok: false,
      reason: failure,
      detail: `the test says ${failure}`,
    });
    bench.publisher.failure = undefined;
    await bench.until("a wait", () => bench.relayClock.pending === 1);
    bench.relayClock.advance(BACKOFF.maxMs);
    await bench.until("the row", () => bench.sequences.length === 1);
    await bench.until("readiness", () => bench.relayTelemetry.states.get("kafka")?.ok === true);
  });
}

for (const failure of CONFIGURATION) {
  Deno.test(`Relay asks slowly after ${failure}, and keeps its rows`, async () => {
    await using bench = new Bench();
    bench.fail(failure);
    bench.source.append("shop", "blog");
    bench.start();
    await bench.until("a wait", () => bench.relayClock.pending === 1);
    bench.relayClock.advance(CONFIGURATION_RETRY_MS - 1);
    strictEqual(bench.publisher.batches.length, 1);
    strictEqual(bench.outbox.stats().rows, 2);
    strictEqual(bench.relayTelemetry.states.get("kafka")?.reason, failure);
    bench.publisher.failure = undefined;
    bench.relayClock.advance(1);
    await bench.until("both rows", () => bench.sequences.length === 2);
  });
}

Deno.test("Relay sends a row again that was not acknowledged, and deletes the others", async () => {
  await using bench = new Bench();
  bench.publisher.refuses = (row) => row.key === "shop";
  bench.source.append("a", "shop", "b");
  bench.start();
  await bench.linger();
  await bench.until("a second batch", () => bench.publisher.batches.length >= 2);
  deepStrictEqual(bench.publisher.batches[1]!.map((row) => row.key), ["shop"]);
  await bench.until("a wait", () => bench.relayClock.pending === 1);
  strictEqual(bench.relayTelemetry.states.get("kafka")?.reason, "rejected");
  bench.publisher.refuses = () => false;
  bench.relayClock.advance(BACKOFF.maxMs);
  await bench.until("the last row", () => bench.sequences.length === 3);
  deepStrictEqual(bench.sequences, [1, 3, 2]);
});

Deno.test("Relay hands too large rows over as dead letters, and publishes their gap", async () => {
  await using bench = new Bench();
  bench.publisher.payloadBytesMax = 300;
  bench.outbox.append(draftsOf([
    ...reportsOf("a"),
    { ...reportsOf("large")[0]!, snippet: "x".repeat(400) },
    ...reportsOf("b"),
  ]));
  bench.start();
  await bench.linger();
  await bench.until("all rows", () => bench.publisher.received.length === 3);
  deepStrictEqual(
    bench.publisher.received.map((row) => [row.kind, row.sequence]),
    [["report", 1], ["report", 3], ["gap", 2]],
  );
  await bench.until("an empty outbox", () => bench.outbox.stats().rows === 0);
  strictEqual(bench.outbox.stats().deadLetters, 1);
});

Deno.test("Relay settles again, and publishes nothing twice, when the outbox's disk was full", async () => {
  await using bench = new Bench();
  bench.source.failures = 2;
  bench.source.append("shop");
  bench.start();
  for (let times = 0; times < 2; times++) {
    await bench.until("a wait", () => bench.relayClock.pending === 1);
    bench.relayClock.advance(BACKOFF.maxMs);
  }
  await bench.until("an empty outbox", () => bench.outbox.stats().rows === 0);
  strictEqual(bench.publisher.batches.length, 1);
});

Deno.test("Relay blames no receiver, when a publisher cannot note something in the outbox", async () => {
  await using bench = new Bench();
  bench.outbox.append(draftsOf(manyReports(1_200)));
  bench.publisher.failure = new OutboxUnavailableError("disk_full", "the disk is full");
  bench.start();
  await bench.until("a wait", () => bench.relayClock.pending === 1);
  strictEqual(bench.relayTelemetry.states.get("kafka"), undefined);
  bench.publisher.failure = undefined;
  bench.relayClock.advance(BACKOFF.maxMs);
  await bench.until("all rows", () => bench.outbox.stats().rows === 0);
  deepStrictEqual(bench.sequences, range(1, 1_200));
});

Deno.test("Relay takes a publisher's bug for a failure, and survives it", async () => {
  await using bench = new Bench();
  bench.publisher.refuses = () => {
    throw new TypeError("boom");
  };
  bench.source.append("shop");
  bench.start();
  await bench.until("a wait", () => bench.relayClock.pending === 1);
  const { reason, detail } = bench.relayTelemetry.states.get("kafka")!;
  deepStrictEqual([reason, detail], ["rejected", "publisher failed: boom; retrying"]);
});

Deno.test("run() ends after the running batch, whose rows are settled", async () => {
  await using bench = new Bench();
  const gate = Promise.withResolvers<void>();
  bench.publisher.gate = gate.promise;
  bench.source.append("shop");
  bench.start();
  await bench.until("the batch", () => bench.publisher.batches.length === 1);
  const stopped = bench.stop();
  gate.resolve();
  await stopped;
  strictEqual(bench.outbox.stats().rows, 0);
});

Deno.test("run() ends at once while it waits for rows, and while it backs off", async () => {
  for (const isFailing of [false, true]) {
    await using bench = new Bench();
    if (isFailing) {
      bench.fail("authorization");
      bench.source.append("shop");
    }
    bench.start();
    if (isFailing) await bench.until("a wait", () => bench.relayClock.pending === 1);
    await bench.stop();
    strictEqual(bench.relayClock.pending, 0);
  }
});

Deno.test("run() rejects when the outbox itself is broken, so that its thread is replaced", async () => {
  await using bench = new Bench();
  bench.source.take = () => Promise.reject(new TypeError("a bug"));
  await rejects(() => bench.relay.run(new AbortController().signal), /a bug/);
});

Deno.test("flush() publishes all that is left and says so", async () => {
  await using bench = new Bench();
  bench.outbox.append(draftsOf(manyReports(1_001)));
  strictEqual(await bench.relay.flush(AbortSignal.timeout(DEADLINE_MS)), true);
  strictEqual(bench.sequences.length, 1_001);
});

Deno.test("flush() gives up at its deadline, and rows are kept", async () => {
  await using bench = new Bench();
  bench.fail("unreachable");
  bench.source.append("shop");
  const deadline = new AbortController();
  const flushed = bench.relay.flush(deadline.signal);
  await bench.until("a wait", () => bench.relayClock.pending === 1);
  deadline.abort();
  strictEqual(await within(DEADLINE_MS, "flush", flushed), false);
  strictEqual(bench.outbox.stats().rows, 1);
});

Deno.test("stalled() resolves three seconds after the last row that was acknowledged", async () => {
  await using bench = new Bench();
  const { relayClock: clock } = bench;
  const end = new AbortController();
  let isStalled = false;
  const stalled = bench.relay.stalled(end.signal).then(() => isStalled = true);
  clock.advance(STALL_MS - 1);
  bench.source.append("shop");
  await bench.relay.flush(end.signal);
  clock.advance(1);
  await bench.until("another wait", () => clock.pending === 1);
  clock.advance(STALL_MS - 2);
  strictEqual(isStalled, false);
  clock.advance(1);
  await within(DEADLINE_MS, "a stall", stalled);
  await within(DEADLINE_MS, "the end", bench.relay.stalled(AbortSignal.abort()));
});

Deno.test("flush() does not wait for what an operator has to fix", async () => {
  await using bench = new Bench();
  bench.fail("topic_missing");
  bench.source.append("shop");
  strictEqual(await bench.relay.flush(AbortSignal.timeout(DEADLINE_MS)), false);
  deepStrictEqual([bench.relayClock.pending, bench.outbox.stats().rows], [0, 1]);
});
