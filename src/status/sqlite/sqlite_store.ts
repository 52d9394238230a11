/**
 * The status store of `sitemon run`: one SQLite file, written by one thread.
 *
 * Implements the store port. Its calls block the thread, which therefore does nothing else.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../runtime/clock.ts";
import { type Applied, type Chunk, RowRejectedError } from "../store.ts";
import type { StatusStore } from "../store.ts";
import { ChunkWriter } from "./chunk_writer.ts";
import { openConnection, transaction } from "./connection.ts";
import { migrate } from "./migrations/migrate.ts";
import { storeFailure } from "./store_failure.ts";

export interface SqliteStoreOptions {
  readonly path: string;
  readonly clock: Clock;
}

/** Opens its file at the first call, and anew after a failure that was not a row's. */
export class SqliteStore implements StatusStore {
  readonly #path: string;
  readonly #clock: Clock;
  #db: DatabaseSync | undefined;
  #writer: ChunkWriter | undefined;

  constructor({ path, clock }: SqliteStoreOptions) {
    this.#path = path;
    this.#clock = clock;
  }

  migrate(): Promise<void> {
    return this.#use((db) => migrate(db));
  }

  apply(chunk: Chunk): Promise<Applied> {
    return this.#use((db) => {
      const writer = this.#writer ??= new ChunkWriter(db);
      return transaction(db, () => writer.write(chunk, this.#clock.nowMicros()));
    });
  }

  close(): Promise<void> {
    this.#disconnect();
    return Promise.resolve();
  }

  #use<T>(body: (db: DatabaseSync) => T): Promise<T> {
    return Promise.try(() => {
      try {
        return body(this.#db ??= openConnection(this.#path));
      } catch (error) {
        const failure = storeFailure(error, this.#path);
        if (!(failure instanceof RowRejectedError)) this.#disconnect();
        throw failure;
      }
    });
  }

  #disconnect(): void {
    const db = this.#db;
    this.#db = this.#writer = undefined;
    db?.close();
  }
}
