/**
 * The publisher of `sitemon run`: rows of the outbox go straight into a status store.
 *
 * Implements the publisher port on the store port; rows that the store rejects become dead letters.
 */
import {
  type OutboxRow,
  type Publisher,
  PublishError,
  type PublishResult,
} from "../../outbox/publisher.ts";
import { formatSitemonId } from "../../report/sitemon_id.ts";
import { EntryWriter, type EntryWriterOptions } from "./entry_writer.ts";
import type { IngestMessage } from "./entry.ts";
import { readMessage } from "./read_message.ts";
import { CHUNK_REPORTS_MAX, StoreConfigurationError } from "../store.ts";

export class StorePublisher implements Publisher {
  readonly #options: EntryWriterOptions;
  readonly #writer: EntryWriter;

  constructor(options: EntryWriterOptions) {
    this.#options = options;
    this.#writer = new EntryWriter(options);
  }

  /** Acknowledges every row: one that the store rejects is kept there as a dead letter. */
  async publish(rows: readonly OutboxRow[]): Promise<PublishResult> {
    const nowMicros = this.#options.clock.nowMicros();
    // No message of an outbox is a v1 one, so no cluster's id is needed.
    const entries = rows.map((row) => readMessage(messageOf(row), { clusterId: "", nowMicros }));
    try {
      for (let first = 0; first < entries.length; first += CHUNK_REPORTS_MAX) {
        await this.#writer.write(entries.slice(first, first + CHUNK_REPORTS_MAX));
      }
    } catch (error) {
      const failure = error instanceof StoreConfigurationError ? "rejected" : "unreachable";
      const message = error instanceof Error ? error.message : String(error);
      throw new PublishError(failure, message, { cause: error });
    }
    return { acknowledged: rows.map(({ id }) => id), tooLarge: [] };
  }

  close(): Promise<void> {
    return this.#options.store.close();
  }
}

/** Each outbox has a topic of its own, since a new file numbers its rows from 1 again. */
function messageOf(row: OutboxRow): IngestMessage {
  return {
    topic: `outbox/${row.producerId}`,
    partition: 0,
    offset: row.id,
    key: new TextEncoder().encode(row.key),
    value: row.payload,
    timestampMs: Math.floor(row.recordedAt / 1_000),
    sitemonId: formatSitemonId(row),
    ...(row.traceparent === undefined ? {} : { traceparent: row.traceparent }),
  };
}
