/** What goes wrong with Kafka. */
import type { Admin } from "kafkajs";
import { TOPIC } from "../world/chaos_services.ts";
import type { World } from "../world/world.ts";
import { type Fault, lastingFault } from "./fault.ts";
import { networkFaults } from "./network_faults.ts";

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
async function moveLeaders(world: World): Promise<void> {
  await world.services.admin(async (admin) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [TOPIC] });
    await reassign(admin, world, (partition) => {
      const leader = topics[0]!.partitions.find(({ partitionId }) => partitionId === partition)
        ?.leader;
      return allBrokers(world).filter((id) => id !== leader);
    });
  });
}

async function replicateEverywhere(world: World): Promise<void> {
  await world.services.admin((admin) => reassign(admin, world, () => allBrokers(world)));
}

function allBrokers(world: World): number[] {
  return world.services.kafka.brokers.map(({ id }) => id);
}

async function reassign(
  admin: Admin,
  world: World,
  replicasOf: (partition: number) => number[],
): Promise<void> {
  const partitionAssignment = Array.from({ length: world.services.partitions }, (_, partition) => ({
    partition,
    replicas: replicasOf(partition),
  }));
  await admin.alterPartitionReassignments({ topics: [{ topic: TOPIC, partitionAssignment }] });
}
