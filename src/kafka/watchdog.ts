/**
 * Notices a consumer that is alive and does nothing. The client waits for brokers by itself,
 * silently and forever, so silence alone proves nothing: the brokers are asked.
 */
import { AwakeTime } from "../runtime/awake_time.ts";
import { type Clock, sleep } from "../runtime/clock.ts";
import { KafkaError } from "./kafka_error.ts";

/** After this long without a fetch or a heartbeat, which come every second, the brokers are asked. */
export const SILENCE_MS = 10_000;
/** Between two such questions. */
const PAUSE_MS = 5_000;
/** A look that comes later than this shows that the process was stopped, and the consumer with it. */
const LOOK_GAP_MS_MAX = SILENCE_MS + 10_000;
/** Longer than any rebalance, which is silent too. */
export const SILENCE_MAX_MS = 45_000;

/** Thrown when a consumer was silent for too long while the brokers did answer. */
export class StalledConsumerError extends Error {
  override readonly name = "StalledConsumerError";
}

export interface WatchdogOptions {
  readonly clock: Clock;
  /** Rejects with a KafkaError while Kafka cannot be used. */
  readonly probe: () => Promise<unknown>;
  readonly onOutage: (error: KafkaError) => void;
}

export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #awake: AwakeTime;
  /** Of that time. */
  #fedMs = 0;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#awake = new AwakeTime(options.clock, LOOK_GAP_MS_MAX);
  }

  /** A sign of work. */
  feed(): void {
    this.#fedMs = this.#awake.read();
  }

  /** Resolves when the signal aborts; rejects with {@linkcode StalledConsumerError}. */
  async watch(signal: AbortSignal): Promise<void> {
    const { clock, probe, onOutage } = this.#options;
    const silentMs = () => this.#awake.read() - this.#fedMs;
    while (!signal.aborted) {
      await sleep(clock, Math.max(SILENCE_MS - silentMs(), PAUSE_MS), signal);
      if (signal.aborted || silentMs() < SILENCE_MS) continue;
      try {
        await probe();
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof KafkaError)) throw error;
        onOutage(error);
        this.feed();
      }
      if (silentMs() < SILENCE_MAX_MS) continue;
      throw new StalledConsumerError(
        `consumer stalled: no fetch or heartbeat for ${Math.round(silentMs() / 1_000)} s ` +
          "although Kafka answers; replacing it",
      );
    }
  }
}
