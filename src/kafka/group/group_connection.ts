/**
 * The requests of Kafka's group protocol, on kafkajs's connections.
 *
 * kafkajs's own consumer sends heartbeats between fetches, stops them while a leader is missing, and
 * stays with a coordinator that is gone; a member that only shares sites needs no fetches at all.
 */
import type { Buffer } from "node:buffer";
import type { Broker, Cluster, Consumer, GroupMember, GroupMemberAssignment } from "kafkajs";
import { findTopic } from "../client/cluster.ts";
import { connectToAny, KafkaClient } from "../client/connection.ts";
import type { KafkaLog } from "../client/kafka_log.ts";
import type { TopicAccess } from "../client/topic.ts";

export interface GroupConnectionOptions extends TopicAccess {
  readonly group: string;
  /** After this long without a heartbeat the group gives a member up; others wait as long for it. */
  readonly sessionTimeoutMs: number;
  readonly log: KafkaLog;
}

/** A member as the group knows it. */
export interface Membership {
  readonly memberId: string;
  readonly generationId: number;
}

/** What the coordinator answers to a member that joined. */
export interface Joined extends Membership {
  readonly leaderId: string;
  /** Everybody, for the leader; nobody, for the others. */
  readonly members: readonly GroupMember[];
}

/** What kafkajs's type of a broker leaves out. */
interface Coordinator {
  findGroupCoordinator(request: { groupId: string; coordinatorType: number }): Promise<
    { coordinator: { nodeId: number } }
  >;
  joinGroup(request: {
    groupId: string;
    sessionTimeout: number;
    rebalanceTimeout: number;
    memberId: string;
    groupProtocols: { name: string; metadata: Buffer }[];
  }): Promise<Joined>;
  syncGroup(
    request: Membership & { groupId: string; groupAssignment: readonly GroupMemberAssignment[] },
  ): Promise<{ memberAssignment: Buffer }>;
  heartbeat(
    request: { groupId: string; memberId: string; groupGenerationId: number },
  ): Promise<unknown>;
  leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
}

/** Members of other kinds cannot join the group: the protocol's names must agree. */
const PROTOCOL = "sitemon-sites";
/** A group's coordinator, not a transaction's. */
const COORDINATOR_TYPE = 0;

/** One try at the group: of an error, of whatever kind, another connection is the remedy. */
export class GroupConnection implements Disposable {
  readonly #options: GroupConnectionOptions;
  readonly #client: KafkaClient;
  /** Never run: it has what a member needs, the cluster. */
  readonly #consumer: Consumer;
  #cluster!: Cluster;
  #coordinator: Coordinator | undefined;

  constructor(options: GroupConnectionOptions) {
    this.#options = options;
    this.#client = new KafkaClient("asking", options);
    this.#consumer = this.#client.kafka.consumer({
      groupId: options.group,
      allowAutoTopicCreation: false,
      partitionAssigners: [({ cluster }) => {
        this.#cluster = cluster;
        return { name: PROTOCOL, version: 0, assign: neverAsked, protocol: neverAsked };
      }],
    });
  }

  /** Makes the topic if it is missing and may be made. */
  async findTopic(): Promise<void> {
    await findTopic(this.#client.kafka, this.#options);
  }

  /** How many partitions the topic has now. */
  async countPartitions(): Promise<number> {
    const { topic } = this.#options;
    await this.#reachCoordinator();
    await this.#cluster.addTargetTopic(topic);
    await this.#cluster.refreshMetadata();
    return this.#cluster.findTopicPartitionMetadata(topic).length;
  }

  /** Waits until every member has joined again, or was given up. `memberId` is empty at first. */
  async join(memberId: string, claim: Buffer): Promise<Joined> {
    const { group, sessionTimeoutMs } = this.#options;
    const coordinator = await this.#reachCoordinator();
    return await coordinator.joinGroup({
      groupId: group,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs,
      memberId,
      groupProtocols: [{ name: PROTOCOL, metadata: claim }],
    });
  }

  /** Waits for what the leader gives; the leader tells it here. */
  async sync(
    { memberId, generationId }: Membership,
    groupAssignment: readonly GroupMemberAssignment[],
  ): Promise<Buffer> {
    const coordinator = await this.#reachCoordinator();
    const groupId = this.#options.group;
    const member = { groupId, memberId, generationId };
    return (await coordinator.syncGroup({ ...member, groupAssignment })).memberAssignment;
  }

  async heartbeat({ memberId, generationId }: Membership): Promise<void> {
    const coordinator = await this.#reachCoordinator();
    const groupId = this.#options.group;
    await coordinator.heartbeat({ groupId, memberId, groupGenerationId: generationId });
  }

  async leave(memberId: string): Promise<void> {
    const coordinator = await this.#reachCoordinator();
    await coordinator.leaveGroup({ groupId: this.#options.group, memberId });
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }

  async #reachCoordinator(): Promise<Coordinator> {
    if (this.#coordinator !== undefined) return this.#coordinator;
    await connectToAny(this.#consumer, this.#options.connection);
    await this.#cluster.refreshMetadataIfNecessary();
    return this.#coordinator = await this.#findCoordinator();
  }

  /** Asks one broker after the other; kafkajs's own search gives no reason when all refuse. */
  async #findCoordinator(): Promise<Coordinator> {
    let failure: unknown;
    for (const nodeId of this.#cluster.getNodeIds()) {
      try {
        const { coordinator } = await (await this.#broker(nodeId)).findGroupCoordinator({
          groupId: this.#options.group,
          coordinatorType: COORDINATOR_TYPE,
        });
        return await this.#broker(coordinator.nodeId);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  async #broker(nodeId: number): Promise<Coordinator> {
    const broker: Broker = await this.#cluster.findBroker({ nodeId: String(nodeId) });
    return broker as unknown as Coordinator;
  }
}

function neverAsked(): never {
  throw new Error("Cannot be asked as kafkajs's consumer does not run: it was");
}
