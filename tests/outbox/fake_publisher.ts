/** A publisher without a network: its receiver is a list, and a test says when it fails. */
import type { OutboxRow, Publisher, PublishResult } from "../../src/outbox/publisher.ts";

/** Passes publisherContract(). */
export class FakePublisher implements Publisher {
  /** What the receiver holds. */
  readonly received: OutboxRow[] = [];
  /** Every batch that was tried. */
  readonly batches: (readonly OutboxRow[])[] = [];
  payloadBytesMax = 10_000;
  /** While set, nothing is taken. */
  failure: Error | undefined;
  /** Rows that are not acknowledged, though others are. */
  refuses: (row: OutboxRow) => boolean = () => false;
  /** While set, a publish ends only when it resolves. */
  gate: Promise<void> | undefined;
  isClosed = false;

  async publish(rows: readonly OutboxRow[]): Promise<PublishResult> {
    this.batches.push(rows);
    await this.gate;
    if (this.failure) throw this.failure;
    const isTooLarge = (row: OutboxRow) => row.payload.length > this.payloadBytesMax;
    const taken = rows.filter((row) => !isTooLarge(row) && !this.refuses(row));
    this.received.push(...taken);
    return {
      acknowledged: taken.map((row) => row.id),
      tooLarge: rows.filter(isTooLarge).map((row) => row.id),
    };
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}
