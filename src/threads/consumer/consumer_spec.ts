/** The consumer threads: as many members of the consumer group as `kafka.consumers` says. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { brokers, database, schemaRegistry } from "../../config/permissions/needs.ts";
import {
  gapsSetup,
  ingestSetup,
  kafkaConnection,
  registryConnection,
  section,
  topicOptions,
} from "../connections.ts";
import type { DaemonThread, Instance } from "../daemon_thread.ts";
import type { ConsumerSetup } from "./consumer_thread.ts";

export const CONSUMER_SPEC = {
  name: "consumer",
  module: new URL("./consumer_thread.ts", import.meta.url),
  runsIn: (role) => role === "consumer",
  needs: (loaded) => [brokers(loaded), database(loaded), schemaRegistry(loaded)],
  loadsLater: true,
  stopsIn: "deliver",
  instances,
} satisfies DaemonThread<ConsumerSetup>;

function instances(loaded: LoadedConfig): Instance<ConsumerSetup>[] {
  const kafka = section(loaded.config.kafka, "kafka");
  const registry = registryConnection(loaded);
  const connection = kafkaConnection(loaded);
  const gaps = gapsSetup(loaded);
  const setup = {
    kafka: { connection, ...topicOptions(kafka), group: kafka.group },
    ...(registry && { registry }),
    ...ingestSetup(loaded, "postgres"),
  };
  const instance = (_: unknown, index: number) => ({
    name: `consumer-${index + 1}`,
    setup: {
      ...setup,
      countsSites: index === 0,
      ...(gaps && index === 0 ? { gaps: { connection, ...gaps } } : {}),
    },
  });
  return Array.from({ length: kafka.consumers }, instance);
}
