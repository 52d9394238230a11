/** The outbox's end of one scanner's port: takes batches in their order. */
import type { StoreAnswer, StoreRequest } from "./port_message.ts";

/**
 * Takes batches of one source in their order. After a batch could not be stored, later ones are
 * refused until it has come again: storing a later one would make it count as stored.
 */
export class ScannerPort {
  readonly #port: MessagePort;
  #awaited: number | undefined;

  constructor(port: MessagePort, onBatch: (request: StoreRequest) => void) {
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<StoreRequest>) => {
      if (this.#awaited !== undefined && data.batch > this.#awaited) {
        return this.#post({ type: "retry", batch: data.batch });
      }
      this.#awaited = undefined;
      onBatch(data);
    };
  }

  /** Answers a batch: stored, or to be sent again. */
  answer(batch: number, isStored: boolean): void {
    if (isStored) return this.#post({ type: "stored", batch });
    this.#awaited = Math.min(batch, this.#awaited ?? Infinity);
    this.#post({ type: "retry", batch });
  }

  close(): void {
    this.#port.close();
  }

  #post(answer: StoreAnswer): void {
    this.#port.postMessage(answer);
  }
}
