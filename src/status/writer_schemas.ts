/**
 * The schemas of messages that name theirs in a registry, as texts: every consumer of a store shares
 * them, and they are there as long as what was written with them can be replayed.
 *
 * Implemented in sql/ for both stores.
 */

/** Rejects with the errors of the store port. */
export interface WriterSchemaStore {
  /** By the registry's name and the path of the schema in it. */
  read(registry: string, path: string): Promise<string | undefined>;
  /** Durable when it resolves; does nothing when there is one. */
  write(registry: string, path: string, schema: string): Promise<void>;
  close(): Promise<void>;
}
