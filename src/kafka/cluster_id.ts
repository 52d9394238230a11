/** Asks which cluster this is: part of the identity of messages that do not name their producer. */
import type { Clock } from "../runtime/clock.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import { KafkaAdmin } from "./client/kafka_admin.ts";
import { KafkaClient, type KafkaConnectionOptions } from "./client/kafka_client.ts";
import { KafkaLog } from "./client/kafka_log.ts";

export interface ClusterIdOptions {
  readonly connection: KafkaConnectionOptions;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** Rejects with a KafkaError when no broker answers as it should. */
export async function clusterIdOf(options: ClusterIdOptions): Promise<string> {
  using client = new KafkaClient("asking", { ...options, log: new KafkaLog(options) });
  await using admin = new KafkaAdmin(client);
  await admin.connect();
  return (await admin.describeCluster()).clusterId;
}
