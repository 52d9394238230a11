/**
 * The status store of `sitemon run`: one SQLite file, written by one thread.
 *
 * Implements the store port. Its calls block the thread, which therefore does nothing else.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../runtime/clock.ts";
import { type Applied, checkSize, type Chunk, type StatusStore } from "../store.ts";
import { chunkWriter } from "./chunk_writer.ts";
import { migrate } from "./migrations/migrations.ts";
import { StoreFile, transaction } from "./store_file.ts";

export class SqliteStore implements StatusStore {
  readonly #file: StoreFile;
  readonly #clock: Clock;
  /** A writer, and the connection that its statements belong to. */
  #prepared?: { readonly db: DatabaseSync; readonly write: ReturnType<typeof chunkWriter> };

  constructor({ path, clock }: { readonly path: string; readonly clock: Clock }) {
    this.#file = new StoreFile(path, "create");
    this.#clock = clock;
  }

  migrate(): Promise<void> {
    return this.#file.use(migrate);
  }

  async apply(chunk: Chunk): Promise<Applied> {
    checkSize(chunk);
    return await this.#file.use((db) => {
      if (this.#prepared?.db !== db) this.#prepared = { db, write: chunkWriter(db) };
      const { write } = this.#prepared;
      return transaction(db, () => write(chunk, this.#clock.nowMicros()));
    });
  }

  close(): Promise<void> {
    this.#file.close();
    return Promise.resolve();
  }
}
