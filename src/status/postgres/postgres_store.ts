/** The status store in PostgreSQL: the port of ../store.ts, by the transaction of apply_chunk.ts. */
import type { Telemetry } from "../../runtime/telemetry.ts";
import {
  type Applied,
  type Chunk,
  CHUNK_REPORTS_MAX,
  RowRejectedError,
  type SiteStatus,
  type StatusStore,
  StoreConfigurationError,
} from "../store.ts";
import { applyChunk } from "./apply_chunk.ts";
import { Connection } from "./connection.ts";
import { isConflict, isPartitionMissing, storeError } from "./errors.ts";
import { migrate } from "./migrate.ts";
import { makePartitions } from "./partitions.ts";
import type { PostgresOptions } from "./postgres_options.ts";
import { readStatuses } from "./read_statuses.ts";
import { Turns } from "./turns.ts";

/**
 * Tries of a transaction that lost against another, or that met a missing partition, before the
 * caller is told: enough for both in a row, too few to hide a fight that never ends.
 */
const TRIES_MAX = 4;

/** A migration may rewrite a large table, or wait for another process that does. */
const MIGRATION_TIMEOUT_MS = 600_000;

export interface PostgresStoreOptions {
  readonly connection: PostgresOptions;
  /** Is told whether PostgreSQL can be used. */
  readonly telemetry?: Telemetry;
}

/**
 * Keeps one connection, made when it is needed. After an error that is not the fault of a row it is
 * given up: a new one may reach another server, or come with new rights.
 */
export class PostgresStore implements StatusStore {
  readonly #options: PostgresOptions;
  readonly #telemetry: Telemetry | undefined;
  readonly #turns = new Turns();
  #connection: Connection | undefined;

  constructor({ connection, telemetry }: PostgresStoreOptions) {
    this.#options = connection;
    this.#telemetry = telemetry;
  }

  migrate(): Promise<void> {
    return this.#do("migrate the database", async () => {
      const patient = { ...this.#options, statementTimeoutMs: MIGRATION_TIMEOUT_MS };
      const connection = await Connection.open(patient);
      try {
        await migrate(connection, patient);
      } finally {
        await connection.close();
      }
    });
  }

  async apply(chunk: Chunk): Promise<Applied> {
    const count = chunk.reports.length;
    if (count > CHUNK_REPORTS_MAX) {
      throw new RangeError(
        `Cannot apply a chunk as it must hold at most ${CHUNK_REPORTS_MAX} reports: ` +
          `it holds ${count}; divide it`,
      );
    }
    return await this.#do("apply reports", async () => {
      const connection = await this.#connected();
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

  statuses(): Promise<readonly SiteStatus[]> {
    return this.#do("read statuses", async () => await readStatuses(await this.#connected()));
  }

  close(): Promise<void> {
    return this.#turns.take(async () => {
      await this.#connection?.close();
      this.#connection = undefined;
    });
  }

  /** Runs `work` in its turn; whatever goes wrong becomes an error of the port. */
  #do<T>(action: string, work: () => Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      try {
        const result = await work();
        this.#telemetry?.dependency("postgres", { ok: true });
        return result;
      } catch (cause) {
        const error = storeError(cause, { action, ...this.#options });
        if (!(error instanceof RowRejectedError)) this.#giveUp(error);
        throw error;
      }
    });
  }

  async #connected(): Promise<Connection> {
    if (!this.#connection?.isOpen) this.#connection = await Connection.open(this.#options);
    return this.#connection;
  }

  #giveUp(error: Error): void {
    this.#connection?.destroy();
    this.#connection = undefined;
    const reason = error instanceof StoreConfigurationError ? "configuration" : "unavailable";
    this.#telemetry?.dependency("postgres", { ok: false, reason, detail: error.message });
  }
}
