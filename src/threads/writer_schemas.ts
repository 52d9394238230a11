/** The schemas of a registry for threads that apply messages, kept in the store that they apply them to. */
import { RegistryClient, type RegistryConnection } from "../kafka/registry/registry_client.ts";
import { type SchemaCache, WriterSchemas } from "../kafka/registry/writer_schemas.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import type { StoreParts } from "../status/store_parts.ts";

export interface WriterSchemasParts {
  readonly connection: RegistryConnection;
  readonly store: StoreParts;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Does work on the store, for as long as it is away. */
  readonly retry: <T>(work: () => Promise<T>) => Promise<T>;
}

/** To be closed by its user. */
export type OpenWriterSchemas = Pick<WriterSchemas, "know" | "decode"> & {
  close(): Promise<void>;
};

export function openWriterSchemas(parts: WriterSchemasParts): OpenWriterSchemas {
  const { connection, store, clock, telemetry, retry } = parts;
  const texts = store.writerSchemas();
  const cache: SchemaCache = {
    read: (...place) => retry(() => texts.read(...place)),
    write: (...schema) => retry(() => texts.write(...schema)),
  };
  const registry = new RegistryClient(connection, clock);
  const schemas = new WriterSchemas({ registry, cache, clock, telemetry });
  return {
    know: (messages, signal) => schemas.know(messages, signal),
    decode: schemas.decode,
    async close() {
      schemas.close();
      await texts.close();
    },
  };
}
