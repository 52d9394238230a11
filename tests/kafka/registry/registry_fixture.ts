/** What the tests of registries share: clients of the real one, and notes and caches in memory. */
import type { PublisherNotes } from "../../../src/outbox/publisher.ts";
import {
  RegistryClient,
  type RegistryConnection,
} from "../../../src/kafka/registry/registry_client.ts";
import type { SchemaCache } from "../../../src/kafka/registry/writer_schemas.ts";
import { type Clock, systemClock } from "../../../src/runtime/clock.ts";

/** The API of the registry that the tests of the run share. */
export function sharedRegistry(): string {
  return Deno.env.get("SITEMON_TEST_REGISTRY")!;
}

export function registryConnection(
  options: Partial<RegistryConnection> = {},
): RegistryConnection {
  return { urls: [sharedRegistry()], tls: {}, timeoutMs: 10_000, ...options };
}

export function clientOf(
  options: Partial<RegistryConnection> = {},
  clock: Clock = systemClock,
): RegistryClient {
  return new RegistryClient(registryConnection(options), clock);
}

export const NEVER = new AbortController().signal;

/** Notes of an outbox that is only in memory. */
export class FakeNotes implements PublisherNotes {
  readonly notes = new Map<string, string>();

  readNotes(): Promise<ReadonlyMap<string, string>> {
    return Promise.resolve(new Map(this.notes));
  }

  writeNote(name: string, text: string): Promise<void> {
    this.notes.set(name, text);
    return Promise.resolve();
  }
}

/** Schemas that are only in memory. */
export class FakeCache implements SchemaCache {
  readonly schemas = new Map<string, string>();

  read(registry: string, path: string): Promise<string | undefined> {
    return Promise.resolve(this.schemas.get(`${registry} ${path}`));
  }

  write(registry: string, path: string, schema: string): Promise<void> {
    this.schemas.set(`${registry} ${path}`, schema);
    return Promise.resolve();
  }
}
