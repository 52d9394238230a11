/** Reads messages at any place of a topic, without a group: on kafkajs's connections. */
import type { Cluster, Consumer } from "kafkajs";
import type { SamplerPort, TopicSamplerOptions } from "../client_port.ts";
import type { FetchedRecord } from "../records/record_batch.ts";
import type { FetchResponse } from "./fetch_response.ts";
import { KafkaClient } from "./kafka_client.ts";
import { translated } from "./kafka_errors.ts";

/** Of one sample, or one batch that is larger: some two hundred reports. */
const SAMPLE_BYTES = 64 * 1024;
/** A broker has the messages already. */
const WAIT_MS = 500;

/** What kafkajs's type of a broker leaves out. */
interface Fetching {
  fetch(request: object): Promise<FetchResponse>;
}

export class TopicSampler implements SamplerPort {
  readonly #topic: string;
  readonly #client: KafkaClient;
  /** Never run: it has what reading needs, the cluster. */
  readonly #consumer: Consumer;
  #cluster!: Cluster;
  #isConnected = false;

  constructor(options: TopicSamplerOptions) {
    this.#topic = options.topic;
    this.#client = new KafkaClient("asking", options);
    this.#consumer = this.#client.kafka.consumer({
      groupId: "never joined",
      partitionAssigners: [({ cluster }) => {
        this.#cluster = cluster;
        return { name: "none", version: 0, assign: neverAsked, protocol: neverAsked };
      }],
    });
  }

  async read(partition: number, offset: number): Promise<readonly FetchedRecord[]> {
    return await translated(async () => {
      if (!this.#isConnected) await this.#connect();
      const [nodeId] = Object.keys(this.#cluster.findLeaderForPartitions(this.#topic, [partition]));
      const broker = await this.#cluster.findBroker({ nodeId: nodeId! }) as unknown as Fetching;
      const partitions = [{ partition, fetchOffset: String(offset), maxBytes: SAMPLE_BYTES }];
      const topics = [{ topic: this.#topic, partitions }];
      const request = { maxWaitTime: WAIT_MS, minBytes: 1, maxBytes: SAMPLE_BYTES, topics };
      const { responses } = await broker.fetch(request);
      const messages = responses.flatMap((one) => one.partitions).flatMap((one) => one.messages);
      return messages.filter((message) => Number(message.offset) >= offset);
    });
  }

  async #connect(): Promise<void> {
    await this.#client.connect(this.#consumer);
    await this.#cluster.addTargetTopic(this.#topic);
    await this.#cluster.refreshMetadata();
    this.#isConnected = true;
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }
}

function neverAsked(): never {
  throw new Error("unexpected request to a kafkajs consumer that never runs");
}
