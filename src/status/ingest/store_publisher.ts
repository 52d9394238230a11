/**
 * The publisher of `sitemon run`: rows of the outbox go straight into a status store.
 *
 * Implements the publisher port on the store port, with the ingest's own way of setting aside.
 */
import { type Publisher, PublishError, type PublishResult } from "../../outbox/publisher.ts";
import type { OutboxRow } from "../../outbox/publisher.ts";
import { EntryWriter, type EntryWriterOptions } from "./entry_writer.ts";
import type { Message } from "./message.ts";
import { readMessage } from "./read_message.ts";
import { UNKNOWN_TRIES_MAX } from "./ingest.ts";
import { CHUNK_REPORTS_MAX, StoreConfigurationError, StoreUnavailableError } from "../store.ts";

export class StorePublisher implements Publisher {
  readonly #options: EntryWriterOptions;
  readonly #writer: EntryWriter;
  /** Calls in a row that failed in a way that no list names. */
  #unknownTries = 0;

  constructor(options: EntryWriterOptions) {
    this.#options = options;
    this.#writer = new EntryWriter(options);
  }

  /** All rows are acknowledged, because one that the store refuses is kept there as a dead letter. */
  async publish(rows: readonly OutboxRow[]): Promise<PublishResult> {
    const nowMicros = this.#options.clock.nowMicros();
    // No message of an outbox is a v1 one, so no cluster's id is needed.
    const entries = rows.map((row) => readMessage(messageOf(row), { clusterId: "", nowMicros }));
    try {
      for (let first = 0; first < entries.length; first += CHUNK_REPORTS_MAX) {
        await this.#writer.write(entries.slice(first, first + CHUNK_REPORTS_MAX), {
          suspectsRows: this.#unknownTries >= UNKNOWN_TRIES_MAX,
        });
      }
      this.#unknownTries = 0;
    } catch (error) {
      this.#unknownTries = this.#triesAfter(error);
      throw publishErrorOf(error);
    }
    return { acknowledged: rows.map(({ id }) => id), tooLarge: [] };
  }

  /** A suspicion that came to nothing starts the count anew. */
  #triesAfter(error: unknown): number {
    const isUnknown = error instanceof StoreUnavailableError && !error.isKnown;
    if (!isUnknown) return this.#unknownTries;
    return this.#unknownTries >= UNKNOWN_TRIES_MAX ? 0 : this.#unknownTries + 1;
  }

  close(): Promise<void> {
    return this.#options.store.close();
  }
}

/** The topic tells outboxes apart: a new file counts its rows from 1 again. */
function messageOf(row: OutboxRow): Message {
  return {
    topic: `outbox/${row.producerId}`,
    partition: 0,
    offset: row.id,
    key: new TextEncoder().encode(row.key),
    value: row.payload,
    timestampMs: Math.floor(row.recordedAt / 1_000),
    sitemonId: `${row.producerId}/${row.sequence}`,
    ...(row.traceparent === undefined ? {} : { traceparent: row.traceparent }),
  };
}

function publishErrorOf(error: unknown): PublishError {
  const failure = error instanceof StoreConfigurationError ? "rejected" : "unreachable";
  return new PublishError(failure, error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}
