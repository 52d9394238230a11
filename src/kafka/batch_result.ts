/** What became of a batch of rows so far. */
import type { PublishError, PublishResult } from "../outbox/publisher.ts";

/** Once it is closed, nothing changes it: an answer after the deadline does not count. */
export class BatchResult {
  readonly acknowledged: number[] = [];
  readonly tooLarge: number[] = [];
  hasCreatedTopic = false;
  #failure: PublishError | undefined;
  #isClosed = false;

  get failure(): PublishError | undefined {
    return this.#failure;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** How many rows need not be sent again. */
  get settled(): number {
    return this.acknowledged.length + this.tooLarge.length;
  }

  fail(failure: PublishError): void {
    if (!this.#isClosed) this.#failure = failure;
  }

  /** Forgets a failure, for another try. */
  retract(): void {
    if (!this.#isClosed) this.#failure = undefined;
  }

  close(failure: PublishError): void {
    this.fail(failure);
    this.#isClosed = true;
  }

  /** The port's result; throws the failure when nothing was taken. */
  result(): PublishResult {
    const { acknowledged, tooLarge, failure } = this;
    if (failure === undefined) return { acknowledged, tooLarge };
    if (this.settled === 0) throw failure;
    return { acknowledged, tooLarge, failure };
  }
}
