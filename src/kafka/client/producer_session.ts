/** One kafkajs producer. kafkajs may stay with brokers that are gone, so it is replaced now and then. */
import { CompressionTypes, type Message, Partitioners, type Producer } from "kafkajs";
import type { Clock } from "../../runtime/clock.ts";
import { closeWithin } from "./close_within.ts";
import { connectToAny, KafkaClient, REQUEST_TIMEOUT_MS } from "./connection.ts";
import type { KafkaLog } from "./kafka_log.ts";
import { storedMessages } from "./stored_messages.ts";
import { createTopic, type TopicAccess } from "./topic.ts";

export interface ProducerSessionOptions extends TopicAccess {
  readonly compression: "none" | "gzip";
}

/** One kafkajs producer, from its first connection to its end. */
export class ProducerSession implements Disposable {
  readonly #options: ProducerSessionOptions;
  readonly #client: KafkaClient;
  readonly #producer: Producer;
  /** Where kafkajs put the messages of the current send. */
  readonly #partitions = new Map<Message, number>();
  #isConnected = false;

  constructor(options: ProducerSessionOptions, log: KafkaLog) {
    this.#options = options;
    this.#client = new KafkaClient("asking", { connection: options.connection, log });
    this.#producer = this.#client.kafka.producer({
      retry: { retries: 0 },
      allowAutoTopicCreation: false,
      createPartitioner: () => this.#partitioner(),
    });
  }

  /** Resolves to the messages whose partition says that it stored them. */
  async send(messages: Message[]): Promise<Set<Message>> {
    const { topic, compression } = this.#options;
    if (!this.#isConnected) await connectToAny(this.#producer, this.#options.connection);
    this.#isConnected = true;
    this.#partitions.clear();
    const answers = await this.#producer.send({
      topic,
      messages,
      acks: -1,
      timeout: REQUEST_TIMEOUT_MS,
      compression: compression === "gzip" ? CompressionTypes.GZIP : CompressionTypes.None,
    });
    return storedMessages(answers, this.#partitions);
  }

  async createTopic(): Promise<void> {
    await createTopic(this.#client.kafka, this.#options);
  }

  /** Kafka's own choice by the key's murmur2, written down for the check of the answers. */
  #partitioner(): ReturnType<typeof Partitioners.DefaultPartitioner> {
    const choose = Partitioners.DefaultPartitioner();
    return (args) => {
      const partition = choose(args);
      this.#partitions.set(args.message, partition);
      return partition;
    };
  }

  async close(clock: Clock): Promise<void> {
    await closeWithin(clock, () => this.#producer.disconnect());
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }
}
