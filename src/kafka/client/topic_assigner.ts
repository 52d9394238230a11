/** Gives each member of a consumer group partitions of the topic that it reads itself. */
import {
  AssignerProtocol,
  type Cluster,
  type GroupMember,
  type GroupMemberAssignment,
  type PartitionAssigner,
  PartitionAssigners,
} from "kafkajs";
import type { Clock } from "../../runtime/clock.ts";
import { within } from "../../runtime/deadline.ts";
import { logger } from "../../runtime/telemetry/logging.ts";

export type AssignerConfig = Parameters<PartitionAssigner>[0];

/** Of a topic that is not answered for: below the session timeout, in which the others wait. */
export const COUNT_MS_MAX = 5_000;

export interface TopicAssignerOptions {
  /** How many partitions a topic has that this member, the leader of its group, does not read. */
  readonly countPartitions: (topic: string) => Promise<number>;
  readonly clock: Clock;
}

/**
 * kafkajs's own round robin deals the partitions of the leader's topic out to every member: in a group
 * whose members read different topics, some would then be read by nobody.
 */
export function topicAssigner(
  config: AssignerConfig,
  { countPartitions, clock }: TopicAssignerOptions,
) {
  const roundRobin = PartitionAssigners.roundRobin(config);
  return {
    ...roundRobin,
    async assign(
      { members, topics: [own] }: { members: GroupMember[]; topics: string[] },
    ): Promise<GroupMemberAssignment[]> {
      const readers = Map.groupBy(members, topicOf);
      const assigned = await Promise.all([...readers].map(async ([topic, members]) => {
        if (topic === own) return await roundRobin.assign({ members, topics: [topic] });
        const count = within(COUNT_MS_MAX, countPartitions(topic), clock);
        const partitions = await count.catch((cause) => {
          logger("kafka").warn(
            "no partitions assigned to {members} members of the group, as their topic {topic} cannot be described: {cause}",
            { members: members.length, topic, cause },
          );
          return 0;
        });
        const other = PartitionAssigners.roundRobin({
          ...config,
          cluster: clusterWith(partitions),
        });
        return await other.assign({ members, topics: [topic] });
      }));
      return assigned.flat();
    },
  };
}

/** Each member reads one topic; a stranger's others are not read twice. */
function topicOf({ memberMetadata }: GroupMember): string {
  return AssignerProtocol.MemberMetadata.decode(memberMetadata)?.topics[0] ?? "";
}

/** All that the assigner asks of a cluster. */
function clusterWith(partitions: number): Cluster {
  const metadata = Array.from({ length: partitions }, (_, partitionId) => ({ partitionId }));
  return { findTopicPartitionMetadata: () => metadata } as unknown as Cluster;
}
