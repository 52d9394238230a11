/** One kafkajs producer. kafkajs may stay with brokers that are gone, so it is replaced now and then. */
import { CompressionTypes, Partitioners, type Producer, type RecordMetadata } from "kafkajs";
import {
  type OutgoingMessage,
  type ProducerPort,
  type ProducerSessionOptions,
  REQUEST_TIMEOUT_MS,
} from "../client_port.ts";
import { KafkaError } from "../kafka_error.ts";
import { topicProblems } from "../topic_settings.ts";
import { KafkaAdmin } from "./kafka_admin.ts";
import { KafkaClient } from "./kafka_client.ts";
import { translated } from "./kafka_errors.ts";

/** How batches may be written, by the word of the configuration. */
const COMPRESSION = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  zstd: CompressionTypes.ZSTD,
} as const satisfies Record<ProducerSessionOptions["compression"], CompressionTypes>;

export class ProducerSession implements ProducerPort {
  readonly #options: ProducerSessionOptions;
  readonly #client: KafkaClient;
  readonly #producer: Producer;
  /** Where kafkajs put the messages of the current send. */
  readonly #partitions = new Map<object, number>();
  #isConnected = false;

  constructor(options: ProducerSessionOptions) {
    this.#options = options;
    this.#client = new KafkaClient("asking", options);
    const choose = Partitioners.DefaultPartitioner();
    this.#producer = this.#client.kafka.producer({
      retry: { retries: 0 },
      allowAutoTopicCreation: false,
      // Kafka's own choice by the key's murmur2, recorded to compare it with the answers.
      createPartitioner: () => (args) => {
        const partition = choose(args);
        this.#partitions.set(args.message, partition);
        return partition;
      },
    });
  }

  async send(messages: readonly OutgoingMessage[]): Promise<ReadonlySet<OutgoingMessage>> {
    const { topic, compression } = this.#options;
    this.#partitions.clear();
    if (!this.#isConnected) await this.connect();
    const answers = await translated(() =>
      this.#producer.send({
        topic,
        messages: [...messages],
        acks: -1,
        timeout: REQUEST_TIMEOUT_MS,
        compression: COMPRESSION[compression],
      })
    );
    const partitions = storedPartitions(answers);
    return new Set(messages.filter((message) => partitions.has(this.#partitions.get(message)!)));
  }

  async connect(): Promise<void> {
    if (this.#isConnected) return;
    await this.#prepareTopic();
    await translated(() => this.#client.connect(this.#producer));
    this.#isConnected = true;
  }

  /** Creates the topic, if it is missing and may be created, and looks at its settings. */
  async #prepareTopic(): Promise<void> {
    const { topic, onTopicProblems } = this.#options;
    await using admin = new KafkaAdmin(this.#options, this.#client);
    await admin.connect();
    await admin.ensureTopic(this.#options);
    if (onTopicProblems === undefined) return;
    try {
      onTopicProblems(topicProblems(await admin.topicSettings(topic)));
    } catch (error) {
      // Most of all for want of a right that publishing does not need.
      if (!(error instanceof KafkaError)) throw error;
    }
  }

  async close(): Promise<void> {
    await this.#client.settle(() => this.#producer.disconnect());
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }
}

/** A partition without an answer, or with an error, stored nothing, whatever the send resolved to. */
export function storedPartitions(
  answers: readonly Pick<RecordMetadata, "partition" | "errorCode">[],
): ReadonlySet<number> {
  return new Set(
    answers.filter(({ errorCode }) => errorCode === 0).map(({ partition }) => partition),
  );
}
