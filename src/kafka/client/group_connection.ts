/**
 * The requests of Kafka's group protocol, on kafkajs's connections.
 *
 * kafkajs's own consumer sends heartbeats between fetches, stops them while a leader is missing, and
 * stays with a coordinator that is gone; a member that only shares sites needs no fetches at all.
 */
import { Buffer } from "node:buffer";
import { AssignerProtocol, type Cluster, type Consumer, type GroupMember } from "kafkajs";
import type { Assigned, GroupConnectionOptions, GroupPort, Joined } from "../client_port.ts";
import { KafkaAdmin } from "./kafka_admin.ts";
import { KafkaClient } from "./kafka_client.ts";
import { translated } from "./kafka_errors.ts";

/** What kafkajs's type of a broker leaves out. */
interface Coordinator {
  findGroupCoordinator(request: object): Promise<{ coordinator: { nodeId: number } }>;
  joinGroup(request: object): Promise<Joined & { members: GroupMember[] }>;
  syncGroup(request: object): Promise<{ memberAssignment: Buffer }>;
  heartbeat(request: object): Promise<unknown>;
  leaveGroup(request: object): Promise<unknown>;
  offsetCommit(request: object): Promise<unknown>;
}

/** Members of other kinds cannot join the group: the protocol's names must agree. */
const PROTOCOL = "sitemon-sites";
/** Of the form of Kafka's consumers, in which Kafka's tools show who holds what. */
const VERSION = 0;
/** A group's coordinator, not a transaction's. */
const COORDINATOR_TYPE = 0;

const { MemberMetadata, MemberAssignment } = AssignerProtocol;

export class GroupConnection implements GroupPort {
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

  async ensureTopic(): Promise<void> {
    await using admin = new KafkaAdmin(this.#options, this.#client);
    await admin.connect();
    await admin.ensureTopic(this.#options);
  }

  async countPartitions(): Promise<number> {
    const { topic } = this.#options;
    return await this.#ask(async () => {
      await this.#cluster.addTargetTopic(topic);
      await this.#cluster.refreshMetadata();
      return this.#cluster.findTopicPartitionMetadata(topic).length;
    });
  }

  async join(memberId: string, userData: string): Promise<Joined> {
    const { topic, sessionTimeoutMs } = this.#options;
    const own = { version: VERSION, topics: [topic], userData: Buffer.from(userData) };
    const metadata = MemberMetadata.encode(own);
    const { members, ...joined } = await this.#ask((coordinator, groupId) =>
      coordinator.joinGroup({
        groupId,
        memberId,
        sessionTimeout: sessionTimeoutMs,
        rebalanceTimeout: sessionTimeoutMs,
        groupProtocols: [{ name: PROTOCOL, metadata }],
      })
    );
    return { ...joined, members: members.map(memberOf) };
  }

  async sync(
    { memberId, generationId }: Joined,
    assigned: ReadonlyMap<string, Assigned>,
  ): Promise<Assigned | undefined> {
    const { topic } = this.#options;
    const groupAssignment = [...assigned].map(([memberId, { partitions, userData }]) => ({
      memberId,
      memberAssignment: MemberAssignment.encode({
        version: VERSION,
        assignment: { [topic]: [...partitions] },
        userData: Buffer.from(userData),
      }),
    }));
    const { memberAssignment: own } = await this.#ask((coordinator, groupId) =>
      coordinator.syncGroup({ groupId, memberId, generationId, groupAssignment })
    );
    const decoded = own.length === 0 ? null : MemberAssignment.decode(own);
    if (decoded === null) return undefined;
    const assignment = new Map(Object.entries(decoded.assignment));
    return { partitions: assignment.get(topic) ?? [], userData: `${decoded.userData}` };
  }

  async heartbeat(memberId: string, groupGenerationId: number): Promise<void> {
    await this.#ask((coordinator, groupId) =>
      coordinator.heartbeat({ groupId, memberId, groupGenerationId })
    );
  }

  async commit(offsets: ReadonlyMap<number, number>): Promise<void> {
    const partitions = [...offsets].map(([partition, offset]) => ({
      partition,
      offset: `${offset}`,
    }));
    const topics = [{ topic: this.#options.topic, partitions }];
    const noMember = { memberId: "", groupGenerationId: -1 };
    await this.#ask((coordinator, groupId) =>
      coordinator.offsetCommit({ groupId, ...noMember, topics })
    );
  }

  async leave(memberId: string): Promise<void> {
    await this.#client.settle(() =>
      this.#ask((coordinator, groupId) => coordinator.leaveGroup({ groupId, memberId }))
    );
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }

  #ask<T>(request: (coordinator: Coordinator, groupId: string) => Promise<T>): Promise<T> {
    return translated(async () => {
      this.#coordinator ??= await this.#findCoordinator();
      return await request(this.#coordinator, this.#options.group);
    });
  }

  /** Asks one broker after the other; kafkajs's own search gives no reason when all refuse. */
  async #findCoordinator(): Promise<Coordinator> {
    await this.#client.connect(this.#consumer);
    await this.#cluster.refreshMetadataIfNecessary();
    const request = { groupId: this.#options.group, coordinatorType: COORDINATOR_TYPE };
    let failure: unknown;
    for (const nodeId of this.#cluster.getNodeIds()) {
      try {
        const broker = await this.#broker(nodeId);
        const { coordinator } = await broker.findGroupCoordinator(request);
        return await this.#broker(coordinator.nodeId);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  async #broker(nodeId: number): Promise<Coordinator> {
    return await this.#cluster.findBroker({ nodeId: String(nodeId) }) as unknown as Coordinator;
  }
}

/** The text is empty if it cannot be read: a member of the group need not be sitemon. */
export function memberOf({ memberId, memberMetadata }: GroupMember) {
  try {
    return { memberId, userData: MemberMetadata.decode(memberMetadata)!.userData.toString() };
  } catch {
    return { memberId, userData: "" };
  }
}

function neverAsked(): never {
  throw new Error("unexpected request to a kafkajs consumer that never runs");
}
