/** Asks which cluster this is: part of the identity of messages that say nothing of their producer. */
import type { Clock } from "../../runtime/clock.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { connectToAny, KafkaClient, type KafkaConnectionOptions } from "./connection.ts";
import { classify } from "./errors.ts";
import { KafkaLog } from "./kafka_log.ts";

export interface ClusterIdOptions {
  readonly connection: KafkaConnectionOptions;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** Rejects with a PublishError when no broker answers as it should. */
export async function clusterIdOf(options: ClusterIdOptions): Promise<string> {
  using client = new KafkaClient("asking", { ...options, log: new KafkaLog(options) });
  const admin = client.kafka.admin();
  try {
    await connectToAny(admin, options.connection);
    return (await admin.describeCluster()).clusterId;
  } catch (error) {
    throw classify(error);
  } finally {
    await admin.disconnect();
  }
}
