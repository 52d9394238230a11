/** The file of the SQLite store for those who ask and repair: it must be there, and is not made. */
import type { DatabaseSync } from "node:sqlite";
import { StoreConfigurationError } from "../store.ts";
import { openConnection } from "./connection.ts";
import { storeFailure } from "./store_failure.ts";

/** Opens its file at the first use. */
export class StoreFile {
  readonly #path: string;
  #db: DatabaseSync | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Rejects with the errors of the store port. */
  use<T>(body: (db: DatabaseSync) => T): Promise<T> {
    return Promise.try(() => {
      try {
        return body(this.#db ??= this.#open());
      } catch (error) {
        throw storeFailure(error, this.#path);
      }
    });
  }

  /** Repeating it is harmless. */
  close(): void {
    this.#db?.close();
    this.#db = undefined;
  }

  #open(): DatabaseSync {
    try {
      Deno.statSync(this.#path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new StoreConfigurationError(
        `Cannot use status database as file "${this.#path}" must exist: there is none; ` +
          `start "sitemon run" once, or see "store.path"`,
      );
    }
    return openConnection(this.#path);
  }
}
