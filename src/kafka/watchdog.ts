/** Notices a consumer that lives and does nothing. */
import type { Clock } from "../runtime/clock.ts";

/** Thrown when a consumer gave no sign of work for too long. Replacing it is the remedy. */
export class StalledConsumerError extends Error {
  override readonly name = "StalledConsumerError";

  constructor(silentMs: number) {
    super(
      `Cannot go on consuming as a heartbeat or a fetch must succeed every ${silentMs} ms: ` +
        `none did; the consumer is replaced`,
    );
  }
}

/** Calls back once when it was not fed for `silentMs`. */
export class Watchdog implements Disposable {
  readonly #clock: Clock;
  readonly #silentMs: number;
  readonly #bark: (error: StalledConsumerError) => void;
  #cancel: () => void;

  constructor(
    bark: (error: StalledConsumerError) => void,
    { clock, silentMs }: { clock: Clock; silentMs: number },
  ) {
    this.#clock = clock;
    this.#silentMs = silentMs;
    this.#bark = bark;
    this.#cancel = this.#start();
  }

  /** A sign of work. */
  feed(): void {
    this.#cancel();
    this.#cancel = this.#start();
  }

  [Symbol.dispose](): void {
    this.#cancel();
  }

  #start(): () => void {
    return this.#clock.after(
      this.#silentMs,
      () => this.#bark(new StalledConsumerError(this.#silentMs)),
    );
  }
}
