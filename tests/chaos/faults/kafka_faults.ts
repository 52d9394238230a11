/** What goes wrong with Kafka. */
import type { Admin } from "kafkajs";
import { type ChaosServices, TOPIC } from "../world/chaos_services.ts";
import type { World } from "../world/world.ts";
import { type Fault, lastingFault, networkFaults } from "./fault.ts";

const PARTITIONS_MAX = 8;

/** Those that a world of this many brokers can have. */
export function kafkaFaults({ options }: World): readonly Fault[] {
  return [
    ...networkFaults("Kafka", (world) => world.services.kafkaProxies),
    ...networkFaults("one broker", (world, chance) => [chance.pick(world.services.kafkaProxies)]),
    lastingFault("broker killed", [0, 12], async (world, chance) => {
      const broker = chance.pick(world.services.kafka.brokers);
      await broker.kill();
      return broker;
    }, (_, broker) => broker.start()),
    lastingFault("broker suspended", [2, 20], (world, chance) => {
      const broker = chance.pick(world.services.kafka.brokers);
      broker.suspend();
      return broker;
    }, (_, broker) => broker.resume()),
    ...options.brokers > 1
      ? [lastingFault("leaders moved", [1, 5], moveLeaders, replicateEverywhere)]
      : [],
    { name: "partition added", cause: addPartition },
  ];
}

async function addPartition({ services }: World): Promise<void> {
  if (services.partitions === PARTITIONS_MAX) return;
  const count = services.partitions + 1;
  await services.admin((admin) =>
    admin.createPartitions({ topicPartitions: [{ topic: TOPIC, count }] })
  );
  services.partitions = count;
}

/** Takes each partition from its leader, so that another replica has to lead. */
async function moveLeaders({ services }: World): Promise<void> {
  await services.admin(async (admin) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [TOPIC] });
    const leaders = new Map(topics[0]!.partitions.map((it) => [it.partitionId, it.leader]));
    await reassign(admin, services, (partition, id) => id !== leaders.get(partition));
  });
}

async function replicateEverywhere({ services }: World): Promise<void> {
  await services.admin((admin) => reassign(admin, services, () => true));
}

async function reassign(
  admin: Admin,
  { kafka, partitions }: ChaosServices,
  isReplica: (partition: number, broker: number) => boolean,
): Promise<void> {
  const brokers = kafka.brokers.map(({ id }) => id);
  const partitionAssignment = Array.from({ length: partitions }, (_, partition) => {
    return { partition, replicas: brokers.filter((id) => isReplica(partition, id)) };
  });
  await admin.alterPartitionReassignments({ topics: [{ topic: TOPIC, partitionAssignment }] });
}
