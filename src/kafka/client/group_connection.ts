/**
 * The requests of Kafka's group protocol, on kafkajs's connections.
 *
 * kafkajs's own consumer sends heartbeats between fetches, stops them while a leader is missing, and
 * stays with a coordinator that is gone; a member that only shares sites needs no fetches at all.
 */
import { Buffer } from "node:buffer";
import { AssignerProtocol, type Broker, type Cluster, type Consumer } from "kafkajs";
import { KafkaAdmin, type TopicAccess } from "./kafka_admin.ts";
import { KafkaClient } from "./kafka_client.ts";
import { translated } from "./kafka_errors.ts";
import type { KafkaLog } from "./kafka_log.ts";

export interface GroupConnectionOptions extends TopicAccess {
  readonly group: string;
  /** After this long without a heartbeat a member is removed; others wait as long for it to join. */
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
  /** Everybody, for the leader; nobody, for the others. Text that is not readable is empty. */
  readonly members: readonly { readonly memberId: string; readonly userData: string }[];
}

/** Partitions for one member, with a text that this module carries unread. */
export interface MemberAssignment {
  readonly partitions: readonly number[];
  readonly userData: string;
}

type GroupRequest<T> = T & { groupId: string; memberId: string };

/** What kafkajs's type of a broker leaves out. */
interface Coordinator {
  findGroupCoordinator(request: { groupId: string; coordinatorType: number }): Promise<
    { coordinator: { nodeId: number } }
  >;
  joinGroup(
    request: GroupRequest<{
      sessionTimeout: number;
      rebalanceTimeout: number;
      groupProtocols: { name: string; metadata: Buffer }[];
    }>,
  ): Promise<Membership & { leaderId: string; members: MemberMetadata[] }>;
  syncGroup(
    request: GroupRequest<{
      generationId: number;
      groupAssignment: { memberId: string; memberAssignment: Buffer }[];
    }>,
  ): Promise<{ memberAssignment: Buffer }>;
  heartbeat(request: GroupRequest<{ groupGenerationId: number }>): Promise<unknown>;
  leaveGroup(request: GroupRequest<unknown>): Promise<unknown>;
}

export interface MemberMetadata {
  readonly memberId: string;
  readonly memberMetadata: Buffer;
}

/** Members of other kinds cannot join the group: the protocol's names must agree. */
const PROTOCOL = "sitemon-sites";
/** Of the form of Kafka's consumers, in which Kafka's tools show who holds what. */
const VERSION = 0;
/** A group's coordinator, not a transaction's. */
const COORDINATOR_TYPE = 0;

/**
 * One try at the group: after an error, of whatever kind, a new connection is needed. Its methods
 * reject with a KafkaError when Kafka fails.
 */
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
        return { name: PROTOCOL, version: VERSION, assign: neverAsked, protocol: neverAsked };
      }],
    });
  }

  /** Creates the topic if it is missing and may be created. */
  async ensureTopic(): Promise<void> {
    await using admin = new KafkaAdmin(this.#client);
    await admin.connect();
    await admin.ensureTopic(this.#options);
  }

  /** How many partitions the topic has now. */
  async countPartitions(): Promise<number> {
    const { topic } = this.#options;
    return await this.#ask(async () => {
      await this.#cluster.addTargetTopic(topic);
      await this.#cluster.refreshMetadata();
      return this.#cluster.findTopicPartitionMetadata(topic).length;
    });
  }

  /** Waits until every member has joined again, or was removed. `memberId` is empty at first. */
  async join(memberId: string, userData: string): Promise<Joined> {
    const { group: groupId, topic, sessionTimeoutMs } = this.#options;
    const metadata = AssignerProtocol.MemberMetadata.encode({
      version: VERSION,
      topics: [topic],
      userData: Buffer.from(userData),
    });
    const { members, ...joined } = await this.#ask((coordinator) =>
      coordinator.joinGroup({
        groupId,
        sessionTimeout: sessionTimeoutMs,
        rebalanceTimeout: sessionTimeoutMs,
        memberId,
        groupProtocols: [{ name: PROTOCOL, metadata }],
      })
    );
    return { ...joined, members: members.map(memberOf) };
  }

  /** The leader hands in assignments; every member waits for its own, which may be none. */
  async sync(
    { memberId, generationId }: Membership,
    assignments: ReadonlyMap<string, MemberAssignment>,
  ): Promise<MemberAssignment | undefined> {
    const { group: groupId, topic } = this.#options;
    const groupAssignment = [...assignments].map(([memberId, { partitions, userData }]) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({
        version: VERSION,
        assignment: { [topic]: [...partitions] },
        userData: Buffer.from(userData),
      }),
    }));
    const { memberAssignment } = await this.#ask((coordinator) =>
      coordinator.syncGroup({ groupId, memberId, generationId, groupAssignment })
    );
    if (memberAssignment.length === 0) return undefined;
    const decoded = AssignerProtocol.MemberAssignment.decode(memberAssignment);
    if (decoded === null) return undefined;
    const { assignment, userData } = decoded;
    return { partitions: assignment[topic] ?? [], userData: userData.toString() };
  }

  async heartbeat({ memberId, generationId: groupGenerationId }: Membership): Promise<void> {
    const { group: groupId } = this.#options;
    await this.#ask((coordinator) =>
      coordinator.heartbeat({ groupId, memberId, groupGenerationId })
    );
  }

  /** Tells the group within a moment, if it can be told, so that others need not wait. */
  async leave(memberId: string): Promise<void> {
    const { group: groupId } = this.#options;
    await this.#client.settle(async () => {
      await this.#ask((coordinator) => coordinator.leaveGroup({ groupId, memberId }));
    });
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }

  #ask<T>(request: (coordinator: Coordinator) => Promise<T>): Promise<T> {
    return translated(async () => await request(await this.#reachCoordinator()));
  }

  async #reachCoordinator(): Promise<Coordinator> {
    if (this.#coordinator !== undefined) return this.#coordinator;
    await this.#client.connect(this.#consumer);
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

/** What a member of another version, or no sitemon at all, says may be anything. */
export function memberOf({ memberId, memberMetadata }: MemberMetadata) {
  try {
    const metadata = AssignerProtocol.MemberMetadata.decode(memberMetadata);
    return { memberId, userData: metadata!.userData.toString() };
  } catch {
    return { memberId, userData: "" };
  }
}

function neverAsked(): never {
  throw new Error("unexpected request to a kafkajs consumer that never runs");
}
