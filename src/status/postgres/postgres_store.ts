/** The status store in PostgreSQL, on the transaction of apply_chunk.ts. */
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { type Applied, checkSize, type Chunk, type StatusStore } from "../store.ts";
import { applyChunk } from "./ingest/apply_chunk.ts";
import { isConflict, isPartitionMissing } from "./connection/errors.ts";
import { migrate } from "./migrations/migrate.ts";
import { makePartitions } from "./partitions.ts";
import type { PostgresOptions } from "./connection/postgres_options.ts";
import { Session } from "./connection/session.ts";

/**
 * Tries of a transaction that conflicted with another, or that met a missing partition, before it
 * fails: enough for both in a row, too few to hide a conflict that never ends.
 */
const TRIES_MAX = 4;

/** A migration may rewrite a large table, or wait for another process that does. */
const MIGRATION_TIMEOUT_MS = 600_000;

export interface PostgresStoreOptions {
  readonly connection: PostgresOptions;
  /** Learns whether PostgreSQL can be used. */
  readonly telemetry?: Telemetry;
}

export class PostgresStore implements StatusStore {
  readonly #schema: string;
  readonly #session: Session;

  constructor({ connection, telemetry }: PostgresStoreOptions) {
    this.#schema = connection.schema;
    this.#session = new Session(connection, telemetry);
  }

  migrate(): Promise<void> {
    return this.#session.useAlone(
      "migrate the database",
      MIGRATION_TIMEOUT_MS,
      (connection) => migrate(connection, { schema: this.#schema }),
    );
  }

  async apply(chunk: Chunk): Promise<Applied> {
    checkSize(chunk);
    return await this.#session.use("apply reports", async (connection) => {
      for (let tries = 1;; tries++) {
        try {
          return await applyChunk(connection, chunk);
        } catch (error) {
          if (tries === TRIES_MAX) throw error;
          if (isPartitionMissing(error)) await makePartitions(connection, chunk.reports);
          else if (!isConflict(error)) throw error;
        }
      }
    });
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
