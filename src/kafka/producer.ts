/** The publisher port on Kafka: rows of the outbox to a topic, each acknowledged by its partition. */
import { CompressionTypes, type Message, Partitioners, type Producer } from "kafkajs";
import {
  type OutboxRow,
  type Publisher,
  PublishError,
  type PublishResult,
} from "../outbox/publisher.ts";
import type { Clock } from "../runtime/clock.ts";
import { logger } from "../runtime/logging.ts";
import type { Telemetry } from "../runtime/telemetry.ts";
import { connectToAny, KafkaClient, REQUEST_TIMEOUT_MS } from "./connection.ts";
import { closeWithin } from "./close_within.ts";
import { classify, isTooLarge } from "./errors.ts";
import { KafkaLog } from "./kafka_log.ts";
import { type KafkaFormat, rowMessage } from "./row_message.ts";
import { createTopic, type TopicAccess } from "./topic.ts";

/** For one batch with all its tries: as long as a broker may take for one request. */
export const PUBLISH_DEADLINE_MS = REQUEST_TIMEOUT_MS;
/** kafkajs may stay with a broker that is gone; after so many failures in a row it starts anew. */
const FAILURES_MAX = 3;

export interface KafkaPublisherOptions extends TopicAccess {
  readonly format: KafkaFormat;
  readonly compression: "none" | "gzip";
  /** For a whole `publish`; {@linkcode PUBLISH_DEADLINE_MS} unless told. */
  readonly deadlineMs?: number;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** A row and its message. */
interface Entry {
  readonly id: number;
  readonly message: Message;
}

/** What became of a batch so far; once it is closed, nothing is added. */
class Outcome {
  readonly acknowledged: number[] = [];
  readonly tooLarge: number[] = [];
  failure: PublishError | undefined;
  isClosed = false;

  result(): PublishResult {
    const { acknowledged, tooLarge, failure } = this;
    if (failure === undefined) return { acknowledged, tooLarge };
    if (acknowledged.length + tooLarge.length === 0) throw failure;
    return { acknowledged, tooLarge, failure };
  }
}

const log = logger("kafka");

export class KafkaPublisher implements Publisher {
  readonly #options: KafkaPublisherOptions;
  readonly #log: KafkaLog;
  #session: Session | undefined;
  #failures = 0;
  #toldOfGaps = false;

  constructor(options: KafkaPublisherOptions) {
    this.#options = options;
    this.#log = new KafkaLog(options);
  }

  async publish(rows: readonly OutboxRow[]): Promise<PublishResult> {
    const outcome = new Outcome();
    const entries = this.#entries(rows, outcome);
    if (entries.length > 0) {
      await this.#withinDeadline(outcome, () => this.#deliver(entries, outcome));
      this.#judge(outcome);
    }
    return outcome.result();
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close(this.#options.clock);
  }

  #entries(rows: readonly OutboxRow[], outcome: Outcome): Entry[] {
    const entries: Entry[] = [];
    for (const row of rows) {
      const message = rowMessage(row, this.#options.format);
      if (message !== undefined) entries.push({ id: row.id, message });
      else this.#skipGap(row, outcome);
    }
    return entries;
  }

  #skipGap({ id, key }: OutboxRow, outcome: Outcome): void {
    outcome.acknowledged.push(id);
    if (this.#toldOfGaps) return;
    this.#toldOfGaps = true;
    log.warn(
      "Dropped reports of producer {producer} are not announced: the bare format has no word for them",
      { producer: key },
    );
  }

  /** Ends the wait at the deadline, whatever kafkajs does; what is answered later does not count. */
  async #withinDeadline(outcome: Outcome, deliver: () => Promise<void>): Promise<void> {
    const { clock, deadlineMs = PUBLISH_DEADLINE_MS } = this.#options;
    const late = Promise.withResolvers<void>();
    const cancel = clock.after(deadlineMs, () => {
      outcome.failure = new PublishError(
        "timeout",
        `Cannot publish to Kafka as a batch must be acknowledged within ${deadlineMs} ms: it was not`,
      );
      outcome.isClosed = true;
      this.#discard();
      late.resolve();
    });
    try {
      await Promise.race([deliver(), late.promise]);
    } finally {
      cancel();
    }
  }

  /** Sends the entries, in halves where they are too large together, until one send fails. */
  async #deliver(entries: readonly Entry[], outcome: Outcome): Promise<void> {
    const error = await this.#send(entries, outcome);
    if (outcome.isClosed || error === undefined) return;
    if (!isTooLarge(error)) {
      outcome.failure = await this.#failureOf(error);
    } else if (entries.length === 1) {
      outcome.tooLarge.push(entries[0]!.id);
    } else {
      const middle = Math.ceil(entries.length / 2);
      await this.#deliver(entries.slice(0, middle), outcome);
      if (outcome.failure === undefined) await this.#deliver(entries.slice(middle), outcome);
    }
  }

  /** Resolves to the error, if there is one; what was acknowledged is in the outcome. */
  async #send(entries: readonly Entry[], outcome: Outcome): Promise<unknown> {
    this.#session ??= new Session(this.#options, this.#log);
    try {
      const stored = await this.#session.send(entries.map(({ message }) => message));
      if (outcome.isClosed) return undefined;
      for (const { id, message } of entries) if (stored.has(message)) outcome.acknowledged.push(id);
      if (stored.size === entries.length) return undefined;
      return new PublishError(
        "rejected",
        `Cannot publish to Kafka as each partition must answer: ` +
          `${entries.length - stored.size} messages have no answer`,
      );
    } catch (error) {
      return error;
    }
  }

  async #failureOf(error: unknown): Promise<PublishError> {
    if (error instanceof PublishError) return error;
    const failure = classify(error);
    if (failure.failure !== "topic_missing" || !this.#options.createTopic) return failure;
    return await this.#createTopic();
  }

  /** The topic is there for the next try: brokers take a moment to tell each other. */
  async #createTopic(): Promise<PublishError> {
    const { topic } = this.#options;
    try {
      await this.#session?.createTopic();
      return new PublishError(
        "unreachable",
        `Cannot publish to Kafka as topic "${topic}" must have leaders: it was just created`,
      );
    } catch (error) {
      return classify(error);
    }
  }

  #judge({ failure }: Outcome): void {
    this.#failures = failure === undefined ? 0 : this.#failures + 1;
    if (this.#failures % FAILURES_MAX === 0 && this.#failures > 0) this.#discard();
  }

  #discard(): void {
    this.#session?.[Symbol.dispose]();
    this.#session = undefined;
  }
}

/** One kafkajs producer, from its first connection to its end. */
class Session implements Disposable {
  readonly #options: KafkaPublisherOptions;
  readonly #client: KafkaClient;
  readonly #producer: Producer;
  /** Where kafkajs put the messages of the current send. */
  readonly #partitions = new Map<Message, number>();
  #isConnected = false;

  constructor(options: KafkaPublisherOptions, log: KafkaLog) {
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
    const stored = new Set(
      answers.filter(({ errorCode }) => errorCode === 0).map(({ partition }) => partition),
    );
    return new Set(messages.filter((message) => stored.has(this.#partitions.get(message)!)));
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
