/**
 * The status store of `sitemon run`: one SQLite file, written by one thread.
 *
 * Implements the store port. Its calls block the thread, which therefore does nothing else.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../runtime/clock.ts";
import type { Applied, Chunk, StatusStore } from "../store.ts";
import { ChunkWriter } from "./chunk_writer.ts";
import { migrate } from "./migrations/migrate.ts";
import { StoreFile, transaction } from "./store_file.ts";

export interface SqliteStoreOptions {
  readonly path: string;
  readonly clock: Clock;
}

export class SqliteStore implements StatusStore {
  readonly #file: StoreFile;
  readonly #clock: Clock;
  #writer: ChunkWriter | undefined;

  constructor({ path, clock }: SqliteStoreOptions) {
    this.#file = new StoreFile(path, "create");
    this.#clock = clock;
  }

  migrate(): Promise<void> {
    return this.#file.use(migrate);
  }

  apply(chunk: Chunk): Promise<Applied> {
    return this.#file.use((db) => {
      const writer = this.#writerOf(db);
      return transaction(db, () => writer.write(chunk, this.#clock.nowMicros()));
    });
  }

  close(): Promise<void> {
    this.#file.close();
    return Promise.resolve();
  }

  /** Its statements are those of one connection. */
  #writerOf(db: DatabaseSync): ChunkWriter {
    if (this.#writer?.db !== db) this.#writer = new ChunkWriter(db);
    return this.#writer;
  }
}
