/** What the threads of the commands that prove and repair delivery are made of. */
import { resolve } from "node:path";
import type { LoadedConfig } from "../../config/loaded_config.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import type { DeadLetterFilter, DeadLetterQuery } from "../../status/dead_letters.ts";
import type { AuditSetup } from "../../threads/audit/audit_thread.ts";
import type { DeadLettersSetup } from "../../threads/dead_letters/dead_letters_thread.ts";
import type { DrainSetup } from "../../threads/drain/drain_thread.ts";
import { kafkaConnection } from "../service/connections.ts";
import {
  consumerSpecs,
  outboxSpec,
  relaySpec,
  statusesSpec,
  storeSpec,
} from "../service/pipeline.ts";

/** The configuration with another outbox file, such as one that was moved aside. */
export function withOutbox(loaded: LoadedConfig, path: string | undefined): LoadedConfig {
  if (path === undefined) return loaded;
  const outbox = { ...loaded.config.outbox, path: resolve(path) };
  return { ...loaded, config: { ...loaded.config, outbox } };
}

/** Publishes what the outbox holds to Kafka, or without Kafka applies it to the store of `run`. */
export function drainSpec(loaded: LoadedConfig): ThreadSpec<DrainSetup> {
  const outbox = outboxSpec(loaded);
  const module = new URL("../../threads/drain/drain_thread.ts", import.meta.url);
  if (loaded.config.kafka === undefined) {
    const store = storeSpec(loaded);
    return {
      ...store,
      name: "drain",
      module,
      permissions: joined(outbox.permissions, store.permissions),
      setup: { outbox: outbox.setup, to: { type: "store", store: store.setup.store } },
    };
  }
  const relay = relaySpec(loaded);
  return {
    ...relay,
    name: "drain",
    module,
    permissions: joined(outbox.permissions, relay.permissions),
    setup: { outbox: outbox.setup, to: { type: "kafka", kafka: relay.setup } },
  };
}

/** Compares what producers gave with what the store has. */
export function auditSpec(
  loaded: LoadedConfig,
  since: Pick<AuditSetup, "sinceMicros">,
): ThreadSpec<AuditSetup> {
  const statuses = statusesSpec(loaded);
  return {
    ...statuses,
    name: "audit",
    module: new URL("../../threads/audit/audit_thread.ts", import.meta.url),
    setup: { ...statuses.setup, ...since },
  };
}

export function deadLettersSpec(
  loaded: LoadedConfig,
  query: DeadLetterQuery,
): ThreadSpec<DeadLettersSetup> {
  const statuses = statusesSpec(loaded);
  return {
    ...statuses,
    name: "dead-letters",
    module: DEAD_LETTERS,
    setup: { ...statuses.setup, task: { type: "read", query } },
  };
}

/** May ask Kafka for the cluster's id, which is part of the identity of v1 messages. */
export function replaySpec(
  loaded: LoadedConfig,
  filter: DeadLetterFilter,
): ThreadSpec<DeadLettersSetup> {
  const statuses = statusesSpec(loaded);
  const { kafka, postgres } = loaded.config;
  const asksKafka = kafka !== undefined && postgres !== undefined;
  return {
    ...statuses,
    ...(asksKafka ? { permissions: consumerSpecs(loaded)[0]!.permissions } : {}),
    name: "dead-letters",
    module: DEAD_LETTERS,
    setup: {
      ...statuses.setup,
      task: { type: "replay", filter },
      ...(asksKafka ? { kafka: kafkaConnection(loaded) } : {}),
    },
  };
}

const DEAD_LETTERS = new URL("../../threads/dead_letters/dead_letters_thread.ts", import.meta.url);

type Permissions = Deno.PermissionOptionsObject;

/** What either of two threads may do. */
function joined(one: Permissions, other: Permissions): Permissions {
  const kinds = Object.keys(one) as (keyof Permissions)[];
  return Object.fromEntries(kinds.map((kind) => {
    const lists = [one[kind], other[kind]].filter((list) => Array.isArray(list));
    return [kind, lists.length > 0 ? lists.flat() : false];
  }));
}
