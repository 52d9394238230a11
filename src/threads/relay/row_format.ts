/** What the relay writes rows as: of its set-up, which is plain data, what does it. */
import type { RegistryConnection } from "../../kafka/registry/registry_client.ts";
import { RegistryClient } from "../../kafka/registry/registry_client.ts";
import {
  RegisteredSchemas,
  type RegisteredSchemasOptions,
} from "../../kafka/registry/registered_schemas.ts";
import type { RowFormat } from "../../kafka/row_message.ts";
import type { PublisherNotes } from "../../outbox/publisher.ts";
import type { Clock } from "../../runtime/clock.ts";

export type FormatSetup =
  | { readonly format: "single_object" | "v1"; readonly registry?: undefined }
  | {
    readonly format: "confluent";
    readonly registry:
      & Pick<RegisteredSchemasOptions, "subjects" | "autoRegister" | "inHeader">
      & { readonly connection: RegistryConnection };
  };

export function rowFormat(setup: FormatSetup, notes: PublisherNotes, clock: Clock): RowFormat {
  if (setup.format !== "confluent") return setup.format;
  const { connection, ...options } = setup.registry;
  const registry = new RegistryClient(connection, clock);
  return new RegisteredSchemas({ ...options, registry, notes, clock });
}
