/**
 * Sends what was decided: claims deliveries, hands each to its channel, and notes what came of it.
 * Channels are independent of each other, and each has one delivery at a time.
 */
import { backoffMs } from "../runtime/backoff.ts";
import type { Clock } from "../runtime/clock.ts";
import { onAbort } from "../runtime/deadline.ts";
import { Nap } from "../runtime/nap.ts";
import { logger } from "../runtime/telemetry/logging.ts";
import { countFromZero, type Telemetry } from "../runtime/telemetry/telemetry.ts";
import {
  type AlertStore,
  type Attempt,
  type Delivery,
  DELIVERY_MESSAGES_MAX,
} from "../status/alert_store.ts";
import { isStoreError, RowRejectedError, type StoreError } from "../status/store.ts";
import { type Channel, SEND_MS_MAX, type Sent } from "./channel.ts";
import { STORE_RETRY_MS } from "./repeat.ts";

/** Longer than sending and noting it takes: what a process leaves that was killed waits for so long. */
export const LEASE_MS = SEND_MS_MAX + 10_000;
/** How often it looks for what is due, unless it is woken. */
export const POLL_MS = 1_000;
/** Between tries of a receiver that fails. */
export const FAILED_RETRY = { minMs: 5_000, maxMs: 300_000 };
/** Between tries of a receiver that refuses, which somebody has to change. */
export const REFUSED_RETRY_MS = 300_000;

const SENT = "sitemon_alerts_sent_total";
const RESULTS = ["delivered", "failed", "refused"] as const;

const log = logger("alerts");

export interface NotifierOptions {
  readonly store: Pick<AlertStore, "claim" | "settle">;
  readonly channels: readonly Channel[];
  /** A group is told of no more before it has passed. */
  readonly groupWaitMs: number;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Told of errors of the store, and `undefined` when it answers. */
  readonly onStore: (error: StoreError | undefined) => void;
  /** For the jitter of backoff, in [0, 1). */
  readonly random?: () => number;
}

export class Notifier {
  readonly #options: NotifierOptions;
  readonly #channels: ReadonlyMap<string, Channel>;
  /** Of deliveries, in messages, by channel. */
  readonly #limits: ReadonlyMap<string, number>;
  /** Since this one began, and with it their configuration: a channel that refused may do so no more. */
  readonly #untried: Set<string>;
  /** Channels with a delivery that is not settled yet; undefined while it is sent. */
  readonly #busy = new Map<string, Attempt | undefined>();
  /** What each channel's last attempt said, for a log line when it changes. */
  readonly #errors = new Map<string, string>();
  /** By channel, how many attempts failed one after the other that asked for no pause of their own. */
  readonly #failures = new Map<string, number>();
  readonly #nap: Nap;

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#nap = new Nap(options.clock);
    this.#channels = new Map(options.channels.map((channel) => [channel.name, channel]));
    this.#untried = new Set(this.#channels.keys());
    this.#limits = new Map(
      options.channels.flatMap(({ name, pace }) => pace ? [[name, pace.messagesMax]] : []),
    );
    for (const channel of this.#channels.keys()) {
      countFromZero(options.telemetry, SENT, RESULTS.map((result) => ({ channel, result })));
    }
  }

  /** Something may be due. */
  wake(): void {
    this.#nap.wake();
  }

  /**
   * Claims until `stopping` aborts, and resolves when all that it claimed is settled. `aborting` ends
   * what is being sent. Rejects with an error that is no store's.
   */
  async run(stopping: AbortSignal, aborting: AbortSignal): Promise<void> {
    using _ = onAbort(stopping, () => this.wake());
    while (true) {
      const isAnswered = await this.#turn(stopping, aborting);
      if (stopping.aborted && (!isAnswered || this.#busy.size === 0)) return;
      await this.#nap.take(isAnswered ? POLL_MS : STORE_RETRY_MS);
    }
  }

  /** Resolves to false when the store failed; what was not noted is kept for the next turn. */
  async #turn(stopping: AbortSignal, aborting: AbortSignal): Promise<boolean> {
    const { store, onStore, clock } = this.#options;
    try {
      const rejected = await this.#settle();
      const idle = [...this.#channels.keys()].filter((name) => !this.#busy.has(name));
      const claimedMs = clock.monotonicMs();
      const isDone = stopping.aborted || idle.length === 0;
      const options = { limits: this.#limits, untried: [...this.#untried] };
      const due = isDone ? [] : await store.claim(idle, LEASE_MS, options);
      onStore(rejected);
      // A process that was suspended meanwhile: before all is sent, others may have it, and its end.
      if (clock.monotonicMs() - claimedMs > LEASE_MS - SEND_MS_MAX) return rejected === undefined;
      for (const delivery of due) {
        this.#untried.delete(delivery.channel);
        this.#busy.set(delivery.channel, undefined);
        void this.#deliver(delivery, aborting);
      }
      return rejected === undefined;
    } catch (error) {
      if (!isStoreError(error)) throw error;
      onStore(error);
      return false;
    }
  }

  /** Each on its own: one that the store rejects holds up no other channel. Resolves to its error. */
  async #settle(): Promise<StoreError | undefined> {
    let rejected: StoreError | undefined;
    for (const [channel, attempt] of this.#busy) {
      if (attempt === undefined) continue;
      try {
        await this.#options.store.settle(attempt);
        this.#busy.delete(channel);
      } catch (error) {
        if (!(error instanceof RowRejectedError)) throw error;
        rejected = error;
      }
    }
    return rejected;
  }

  async #deliver(delivery: Delivery, aborting: AbortSignal): Promise<void> {
    const channel = this.#channels.get(delivery.channel)!;
    const sent = await channel.send(delivery, aborting);
    this.#busy.set(delivery.channel, this.#attemptOf(delivery, sent));
    this.#report(delivery, sent);
    this.wake();
  }

  #attemptOf(delivery: Delivery, { result, isMaybeTold, error, retryAfterMs }: Sent): Attempt {
    const { random = Math.random } = this.#options;
    const { channel } = delivery;
    const failures = this.#failures.get(channel) ?? 0;
    this.#failures.set(
      channel,
      result === "failed" && retryAfterMs === undefined ? failures + 1 : 0,
    );
    const waits = {
      delivered: () => this.#pauseMs(delivery),
      refused: () => REFUSED_RETRY_MS,
      failed: () => backoffMs(failures, { ...FAILED_RETRY, random }),
    };
    const waitMs = retryAfterMs ?? waits[result]();
    return { delivery, result, isMaybeTold, error, retryMs: waitMs > 0 ? waitMs : null };
  }

  /** Before the channel is told of more: what a full delivery had no room for is of the same group. */
  #pauseMs({ channel, messages: { length } }: Delivery): number {
    const { pace } = this.#channels.get(channel)!;
    if (pace !== undefined) return length * pace.pauseMs;
    return length < DELIVERY_MESSAGES_MAX ? 0 : this.#options.groupWaitMs;
  }

  /** One line when a channel begins to fail, when its failure changes, and when it works again. */
  #report({ channel, messages }: Delivery, { result, error }: Sent): void {
    this.#options.telemetry.count(SENT, { channel, result });
    const known = this.#errors.get(channel);
    if (error === null) {
      this.#errors.delete(channel);
      if (known !== undefined) log.info('channel "{channel}" accepts messages again', { channel });
      log.debug('told channel "{channel}" of {count} alerts', { channel, count: messages.length });
    } else {
      this.#errors.set(channel, error);
      if (known === error) return;
      const text = result === "refused"
        ? 'channel "{channel}" refuses messages; they wait until it is fixed: {error}'
        : 'channel "{channel}" failed; its messages are kept and sent again: {error}';
      log.warn(text, { channel, error });
    }
  }
}
