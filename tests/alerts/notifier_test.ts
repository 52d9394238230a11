import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type Channel, type Pace, SEND_MS_MAX, type Sent } from "../../src/alerts/channel.ts";
import {
  FAILED_RETRY,
  LEASE_MS,
  Notifier,
  POLL_MS,
  REFUSED_RETRY_MS,
} from "../../src/alerts/notifier.ts";
import { onAbort } from "../../src/runtime/deadline.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/runtime/time_units.ts";
import {
  type AlertStore,
  type Attempt,
  type ClaimOptions,
  type Delivery,
  DELIVERY_MESSAGES_MAX,
} from "../../src/status/alert_store.ts";
import { RowRejectedError, StoreUnavailableError } from "../../src/status/store.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { RecordingTelemetry } from "../support/recording_telemetry.ts";
import { aDelivery, aMessage, anAlert, aStorm } from "./deliveries.ts";

/** Queues of channels, as the tables keep them. */
class FakeStore implements Pick<AlertStore, "claim" | "settle"> {
  readonly attempts: Attempt[] = [];
  readonly leases: number[] = [];
  /** Of the last claim. */
  limits: ReadonlyMap<string, number> | undefined;
  untried: readonly string[] = [];
  isDown = false;
  /** Whose attempts it rejects. */
  rejects: string | undefined;
  readonly #clock: FakeClock;
  readonly #queues = new Map<string, Delivery[]>();
  readonly #retryAt = new Map<string, number>();

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  add(channel: string, ...sites: string[]): void {
    const deliveries = sites.map((site) =>
      aDelivery([aMessage("fired", anAlert({ site }), { channel })])
    );
    this.addAll(channel, deliveries);
  }

  addAll(channel: string, deliveries: readonly Delivery[]): void {
    this.#queues.set(channel, [...this.#queues.get(channel) ?? [], ...deliveries]);
  }

  get pending(): number {
    return [...this.#queues.values()].flat().length;
  }

  claim(
    channels: readonly string[],
    leaseMs: number,
    { limits, untried = [] }: ClaimOptions = {},
  ): Promise<readonly Delivery[]> {
    if (this.isDown) return Promise.reject(new StoreUnavailableError("down"));
    this.leases.push(leaseMs);
    this.limits = limits;
    this.untried = untried;
    const nowMs = this.#clock.nowMicros() / 1_000;
    const due = channels.filter((name) => (this.#retryAt.get(name) ?? 0) <= nowMs);
    return Promise.resolve(due.flatMap((name) => this.#queues.get(name)?.[0] ?? []));
  }

  settle(attempt: Attempt): Promise<void> {
    const { delivery: { id, channel }, result, retryMs } = attempt;
    if (this.isDown) return Promise.reject(new StoreUnavailableError("down"));
    if (channel === this.rejects) return Promise.reject(new RowRejectedError("rejected"));
    const [first, ...rest] = this.#queues.get(channel)!;
    strictEqual(first!.id, id);
    const again = { ...first!, attempt: first!.attempt + 1 };
    this.#queues.set(channel, result === "delivered" ? rest : [again, ...rest]);
    this.#retryAt.set(channel, this.#clock.nowMicros() / 1_000 + (retryMs ?? 0));
    this.attempts.push(attempt);
    return Promise.resolve();
  }
}

/** Says what it is told to say; `undefined` hangs until it is stopped. */
class FakeChannel implements Channel {
  readonly name: string;
  readonly sent: Delivery[] = [];
  answer: () => Partial<Sent> | undefined = () => ({});
  #running = 0;

  readonly pace: Pace | undefined;

  constructor(name: string, pace?: Pace) {
    this.name = name;
    this.pace = pace;
  }

  async send(delivery: Delivery, signal: AbortSignal): Promise<Sent> {
    strictEqual(++this.#running, 1, "one delivery at a time");
    this.sent.push(delivery);
    const answer = this.answer();
    if (answer === undefined) {
      const stopped = Promise.withResolvers<void>();
      using _ = onAbort(signal, stopped.resolve);
      await stopped.promise;
    }
    this.#running--;
    const stopped = { result: "failed", error: "stopped", retryAfterMs: 0 } as const;
    const said = { result: "delivered", isMaybeTold: true, error: null, answer: "" } as const;
    return { ...said, ...answer ?? stopped };
  }

  get sites(): (string | null)[] {
    return this.sent.map(({ messages: [message] }) => message!.alert.site);
  }
}

const GROUP_WAIT_MS = 10_000;

async function aNotifier(...given: (string | FakeChannel)[]) {
  const clock = new FakeClock();
  const store = new FakeStore(clock);
  const telemetry = new RecordingTelemetry();
  const channels = given.map((it) => typeof it === "string" ? new FakeChannel(it) : it);
  const errors: unknown[] = [];
  const notifier = new Notifier({
    ...{ store, channels, groupWaitMs: GROUP_WAIT_MS, clock, telemetry, random: () => 1 },
    onStore: (error) => void errors.push(error),
  });
  const [stopping, aborting] = [new AbortController(), new AbortController()];
  const running = notifier.run(stopping.signal, aborting.signal);
  // It has looked once.
  await settle();
  const parts = {
    clock,
    store,
    telemetry,
    channels,
    errors,
    notifier,
    stopping,
    aborting,
    running,
  };
  return {
    ...parts,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      aborting.abort();
      await running;
    },
  };
}

const FAILED = { result: "failed", isMaybeTold: false, error: "HTTP 500" } as const;
const REFUSED = { result: "refused", isMaybeTold: false, error: "HTTP 404" } as const;

Deno.test("run() sends nothing that may be somebody else's before it is sent", async () => {
  await using world = await aNotifier("ops");
  const { store, clock, channels: [ops] } = world;
  const claim = store.claim.bind(store);
  store.claim = (channels, leaseMs) => {
    store.claim = claim;
    const claimed = claim(channels, leaseMs);
    clock.advance(LEASE_MS - SEND_MS_MAX + 1);
    return claimed;
  };
  store.add("ops", "a");
  world.notifier.wake();
  await settle();
  deepStrictEqual([store.leases.length, ops!.sites], [2, []]);
  await clock.pass(POLL_MS);
  deepStrictEqual(ops!.sites, ["a"]);
});

Deno.test("run() sends what is due of each channel, in order, and settles it", async () => {
  await using world = await aNotifier("ops", "pager");
  const { store, clock, channels: [ops, pager], telemetry } = world;
  store.add("ops", "a", "b", "c");
  store.add("pager", "d");
  await clock.pass(1_000);
  deepStrictEqual([ops!.sites, pager!.sites], [["a", "b", "c"], ["d"]]);
  strictEqual(store.pending, 0);
  ok(store.attempts.every(({ result, retryMs }) => result === "delivered" && retryMs === null));
  strictEqual(
    telemetry.value("sitemon_alerts_sent_total", { channel: "ops", result: "delivered" }),
    3,
  );
  strictEqual(new Set(store.leases).size, 1);
  strictEqual(store.leases[0], LEASE_MS);
});

Deno.test("wake() looks at once, without waiting for the next look", async () => {
  await using world = await aNotifier("ops");
  await settle();
  world.store.add("ops", "a");
  world.notifier.wake();
  await settle();
  deepStrictEqual(world.channels[0]!.sites, ["a"]);
});

Deno.test("run() goes on with other channels, when one hangs", async () => {
  await using world = await aNotifier("hung", "ops");
  const { store, clock, channels: [hung, ops] } = world;
  hung!.answer = () => undefined;
  store.add("hung", "a");
  await clock.pass(1_000);
  store.add("ops", "b", "c");
  await clock.pass(1_000);
  deepStrictEqual([hung!.sites, ops!.sites], [["a"], ["b", "c"]]);
});

Deno.test("run() tries a receiver that is down for 6 h more and more rarely, and loses nothing", async () => {
  await using world = await aNotifier("ops");
  const { store, clock, channels: [ops] } = world;
  const times: number[] = [];
  ops!.answer = () => {
    times.push(clock.monotonicMs());
    return FAILED;
  };
  store.add("ops", "a", "b");
  await clock.pass(6 * HOUR_MS);
  const gaps = times.slice(1).map((time, index) => time - times[index]!);
  ok(
    gaps.every((gap, index) =>
      gap >= Math.min(FAILED_RETRY.minMs * 2 ** index, FAILED_RETRY.maxMs)
    ),
  );
  ok(gaps.every((gap) => gap <= FAILED_RETRY.maxMs + 2_000));
  ok(times.length < 85, `${times.length} tries`);
  deepStrictEqual(new Set(ops!.sites), new Set(["a"]));
  ops!.answer = () => ({});
  await clock.pass(FAILED_RETRY.maxMs + 2_000);
  deepStrictEqual(ops!.sites.slice(-2), ["a", "b"]);
  strictEqual(store.pending, 0);
});

Deno.test("run() waits for as long as a receiver asks, and goes on at once when it may", async () => {
  await using world = await aNotifier("ops");
  const { store, clock, channels: [ops] } = world;
  ops!.answer = () => ({ ...FAILED, retryAfterMs: 10 * MINUTE_MS });
  store.add("ops", "a");
  await clock.pass(9 * MINUTE_MS);
  strictEqual(ops!.sent.length, 1);
  ops!.answer = () => ops!.sent.length < 4 ? { ...FAILED, retryAfterMs: 0 } : {};
  await clock.pass(MINUTE_MS + 2_000);
  strictEqual(ops!.sent.length, 4);
  strictEqual(store.pending, 0);
});

Deno.test("run() begins with short waits for a receiver that asked for its own, and after stops", async () => {
  await using world = await aNotifier("ops");
  const { store, clock, channels: [ops] } = world;
  // Somebody was killed with it, or stopped, as often.
  store.addAll("ops", [{ ...aStorm(1), attempt: 10 }]);
  ops!.answer = () => ops!.sent.length <= 6 ? { ...FAILED, retryAfterMs: 2_000 } : FAILED;
  await clock.pass(6 * 2_000 + 1_000);
  strictEqual(ops!.sent.length, 7);
  ops!.answer = () => ({});
  await clock.pass(FAILED_RETRY.minMs + POLL_MS);
  strictEqual(store.pending, 0);
});

const PACE = { messagesMax: 50, pauseMs: 600 };
for (
  const [what, channel, size, pauseMs] of [
    ["a full delivery", new FakeChannel("ops"), DELIVERY_MESSAGES_MAX, GROUP_WAIT_MS],
    ["any other", new FakeChannel("ops"), DELIVERY_MESSAGES_MAX - 1, 0],
    ["one of a channel with a pace", new FakeChannel("ops", PACE), 50, 30_000],
  ] as const
) {
  Deno.test(`run() waits ${pauseMs / 1_000} s after ${what}`, async () => {
    await using world = await aNotifier(channel);
    const { store, clock } = world;
    store.addAll("ops", [aStorm(size), aStorm(1)]);
    if (pauseMs > 0) {
      await clock.pass(pauseMs - 1);
      strictEqual(channel.sent.length, 1);
    }
    await clock.pass(2_000);
    strictEqual(channel.sent.length, 2);
    strictEqual(store.limits?.get("ops"), channel.pace?.messagesMax);
  });
}

Deno.test("run() lets no channel wait that it has not tried", async () => {
  await using world = await aNotifier("ops", "pager");
  const { store, clock } = world;
  deepStrictEqual(store.untried, ["ops", "pager"]);
  store.add("ops", "a");
  await clock.pass(2_000);
  deepStrictEqual(store.untried, ["pager"]);
});

Deno.test("run() tries a receiver that refuses every 5 min", async () => {
  await using world = await aNotifier("ops");
  const { store, clock, channels: [ops], telemetry } = world;
  ops!.answer = () => REFUSED;
  store.add("ops", "a");
  await clock.pass(HOUR_MS);
  const tries = HOUR_MS / REFUSED_RETRY_MS;
  ok(ops!.sent.length >= tries - 1 && ops!.sent.length <= tries + 1, `${ops!.sent.length}`);
  strictEqual(
    telemetry.value("sitemon_alerts_sent_total", { channel: "ops", result: "refused" }),
    ops!.sent.length,
  );
});

Deno.test("run() notes what was sent when the store is back, and sends it once", async () => {
  await using world = await aNotifier("ops");
  const { store, clock, channels: [ops], errors } = world;
  ops!.answer = () => {
    store.isDown = true;
    return {};
  };
  store.add("ops", "a");
  await clock.pass(MINUTE_MS);
  deepStrictEqual([ops!.sites, store.attempts.length], [["a"], 0]);
  ok(errors.at(-1) instanceof StoreUnavailableError);
  store.isDown = false;
  await clock.pass(3_000);
  deepStrictEqual([ops!.sites, store.pending, errors.at(-1)], [["a"], 0, undefined]);
});

Deno.test("run() goes on with other channels when the store rejects what came of one", async () => {
  const { store, clock, channels, errors, stopping, running } = await aNotifier("ops", "pager");
  store.rejects = "ops";
  store.add("ops", "a", "b");
  store.add("pager", "a", "b");
  await clock.pass(MINUTE_MS);
  deepStrictEqual(channels.map(({ sites }) => sites), [["a"], ["a", "b"]]);
  ok(errors.at(-1) instanceof RowRejectedError);
  stopping.abort();
  await clock.pass(3_000);
  await running;
});

Deno.test("run() ends when what it sends is settled, and claims nothing more", async () => {
  const { store, clock, channels, stopping, aborting, running } = await aNotifier("ops");
  const [ops] = channels;
  ops!.answer = () => undefined;
  store.add("ops", "a", "b");
  await clock.pass(1_000);
  stopping.abort();
  await clock.pass(MINUTE_MS);
  strictEqual(store.attempts.length, 0);
  aborting.abort();
  await running;
  deepStrictEqual(ops!.sites, ["a"]);
  // What was stopped may have told, and is due at once for another process.
  const [attempt] = store.attempts;
  deepStrictEqual([attempt!.result, attempt!.isMaybeTold, attempt!.retryMs], [
    "failed",
    true,
    null,
  ]);
});

Deno.test("run() ends when the store does not answer", async () => {
  const { store, clock, stopping, running } = await aNotifier("ops");
  store.isDown = true;
  await clock.pass(1_000);
  stopping.abort();
  await clock.pass(3_000);
  await running;
});
