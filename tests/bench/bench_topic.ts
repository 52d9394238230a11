/** How many messages Kafka has stored in a topic: what counts as published, whoever did it. */
import { Kafka, logLevel } from "kafkajs";
import { uniqueName } from "../services/unique_name.ts";

/** As sitemon makes them. */
const PARTITIONS = 12;

/** A topic of the bench's own. */
export class BenchTopic implements AsyncDisposable {
  readonly name = uniqueName("bench");
  readonly #admin;

  private constructor(bootstrap: string) {
    const kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING });
    this.#admin = kafka.admin();
  }

  static async create(bootstrap: string): Promise<BenchTopic> {
    const topic = new BenchTopic(bootstrap);
    await topic.#admin.connect();
    await topic.#admin.createTopics({
      topics: [{ topic: topic.name, numPartitions: PARTITIONS }],
      // Brokers that do not know it yet make kafkajs give up; whoever counts asks again.
      waitForLeaders: false,
    });
    return topic;
  }

  /** Messages that were stored since it was made; rejects while its leaders are not chosen. */
  async count(): Promise<number> {
    const ends = await this.#admin.fetchTopicOffsets(this.name);
    return ends.reduce((sum, { high }) => sum + Number(high), 0);
  }

  /** Messages that a group has committed: what it applied, and will not read again. */
  async committed(groupId: string): Promise<number> {
    const [own] = await this.#admin.fetchOffsets({ groupId, topics: [this.name] });
    return own!.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  }

  /** Deletes it with its messages. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#admin.deleteTopics({ topics: [this.name] });
    await this.#admin.disconnect();
  }
}
