/** What goes wrong with Kafka. */
import type { Admin } from "kafkajs";
import { TOPIC } from "../world/chaos_services.ts";
import { type Fault, seconds } from "./fault.ts";
import { networkFaults } from "./network_faults.ts";
import type { World } from "../world/world.ts";
import { pause } from "../../support/waiting.ts";

const PARTITIONS_MAX = 8;

export const KAFKA_FAULTS: readonly Fault[] = [
  ...networkFaults("Kafka", (world) => world.services.kafkaProxies),
  ...networkFaults("one broker", (world, chance) => [chance.pick(world.services.kafkaProxies)]),
  {
    name: "broker killed",
    async cause(world, chance) {
      const broker = chance.pick(world.services.kafka.brokers);
      await broker.kill();
      await pause(seconds(chance, 0, 12));
      await broker.start();
    },
  },
  {
    name: "broker held still",
    async cause(world, chance) {
      const broker = chance.pick(world.services.kafka.brokers);
      broker.suspend();
      await pause(seconds(chance, 2, 20));
      broker.resume();
    },
  },
  {
    name: "leaders moved",
    async cause(world, chance) {
      await world.services.admin((admin) => moveLeaders(admin, world));
      await pause(seconds(chance, 1, 5));
      await world.services.admin((admin) => replicateEverywhere(admin, world));
    },
  },
  {
    name: "partition added",
    async cause(world) {
      if (world.services.partitions === PARTITIONS_MAX) return;
      const count = world.services.partitions + 1;
      await world.services.admin((admin) =>
        admin.createPartitions({ topicPartitions: [{ topic: TOPIC, count }] })
      );
      world.services.partitions = count;
    },
  },
];

/** Those that a world of this many brokers can have. */
export function kafkaFaults({ options }: World): readonly Fault[] {
  if (options.brokers > 1) return KAFKA_FAULTS;
  return KAFKA_FAULTS.filter(({ name }) => name !== "leaders moved");
}

/** Takes each partition from its leader, so that another replica has to lead. */
async function moveLeaders(admin: Admin, world: World): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [TOPIC] });
  await reassign(admin, world, (partition) => {
    const leader = topics[0]!.partitions.find(({ partitionId }) => partitionId === partition)
      ?.leader;
    return allBrokers(world).filter((id) => id !== leader);
  });
}

async function replicateEverywhere(admin: Admin, world: World): Promise<void> {
  await reassign(admin, world, () => allBrokers(world));
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
