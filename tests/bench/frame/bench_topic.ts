/** How many messages Kafka has stored in a topic: what counts as published, whoever did it. */
import { Kafka, logLevel } from "kafkajs";
// Else its connections would keep a third of a core busy beside what is measured.
import "../../../src/kafka/client/kafkajs_patches.ts";
import { uniqueName } from "../../support/unique_name.ts";
import { eventually } from "../../support/waiting.ts";

/** As sitemon makes them. */
const PARTITIONS = 12;
const LEADERS_MS_MAX = 60_000;
/** A producer of 100,000 sites takes a while to begin, and so does a consumer on a busy machine. */
const FIRST_MS_MAX = 120_000;

/** A topic of the bench's own. */
export class BenchTopic implements AsyncDisposable {
  readonly name = uniqueName("bench");
  readonly #admin;

  private constructor(
    /** `host:port` of a broker. */
    readonly bootstrap: string,
  ) {
    const kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING });
    this.#admin = kafka.admin();
  }

  static async create(bootstrap: string): Promise<BenchTopic> {
    const topic = new BenchTopic(bootstrap);
    await topic.#admin.connect();
    await topic.#admin.createTopics({
      topics: [{ topic: topic.name, numPartitions: PARTITIONS }],
      waitForLeaders: false,
    });
    // kafkajs's own wait gives up when a broker does not know the topic yet.
    await eventually(LEADERS_MS_MAX, "leaders", () => topic.#admin.fetchTopicOffsets(topic.name));
    return topic;
  }

  /** Messages that were stored since it was made. */
  readonly count = async (): Promise<number> => {
    const ends = await this.#admin.fetchTopicOffsets(this.name);
    return ends.reduce((sum, { high }) => sum + Number(high), 0);
  };

  /** Messages that a group has committed: what it applied, and will not read again. */
  async committed(groupId: string): Promise<number> {
    const [own] = await this.#admin.fetchOffsets({ groupId, topics: [this.name] });
    return own!.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  }

  /** Resolves when it has a message. */
  async hasBegun(): Promise<void> {
    await eventually(FIRST_MS_MAX, "a message", async () => await this.count() > 0 || undefined);
  }

  /** Deletes it with its messages. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#admin.deleteTopics({ topics: [this.name] });
    await this.#admin.disconnect();
  }
}
