/** The publisher port on Kafka: rows of the outbox to a topic, each acknowledged by its partition. */
import type { Message } from "kafkajs";
import {
  type OutboxRow,
  type Publisher,
  PublishError,
  type PublishResult,
} from "../outbox/publisher.ts";
import { sleep } from "../runtime/clock.ts";
import { logger } from "../runtime/telemetry/logging.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import type { Span, Tracer } from "../runtime/telemetry/tracer.ts";
import { REQUEST_TIMEOUT_MS } from "./client/connection.ts";
import { classify, isTooLarge } from "./client/errors.ts";
import { KafkaLog } from "./client/kafka_log.ts";
import { Outcome } from "./outcome.ts";
import { ProducerSession } from "./client/producer_session.ts";
import { type KafkaFormat, rowMessage } from "./row_message.ts";
import type { TopicAccess } from "./client/topic.ts";
import { topicAttributes } from "./topic_attributes.ts";

/** For one batch with all its tries: as long as a broker may take for one request. */
export const PUBLISH_DEADLINE_MS = REQUEST_TIMEOUT_MS;
/** kafkajs may stay with a broker that is gone; after so many failures in a row it starts anew. */
const FAILURES_MAX = 3;

/** The leaders of a new topic take a moment to know that they lead. */
const NEW_TOPIC = { pauseMs: 100, triesMax: 20 };

export interface KafkaPublisherOptions extends TopicAccess {
  readonly format: KafkaFormat;
  readonly compression: "none" | "gzip";
  /** For a whole `publish`; {@linkcode PUBLISH_DEADLINE_MS} unless told. */
  readonly deadlineMs?: number;
  readonly telemetry: Telemetry;
  /** Absent when nothing is traced. */
  readonly tracer?: Tracer;
}

/** A row and its message. */
interface Entry {
  readonly id: number;
  readonly message: Message;
}

const log = logger("kafka");

export class KafkaPublisher implements Publisher {
  readonly #options: KafkaPublisherOptions;
  readonly #log: KafkaLog;
  #session: ProducerSession | undefined;
  #failures = 0;
  #toldOfGaps = false;

  constructor(options: KafkaPublisherOptions) {
    this.#options = options;
    this.#log = new KafkaLog(options);
  }

  async publish(rows: readonly OutboxRow[]): Promise<PublishResult> {
    const outcome = new Outcome();
    const span = this.#begin(rows);
    const entries = this.#entries(rows, outcome);
    if (entries.length > 0) {
      await this.#withinDeadline(outcome, () => this.#deliver(entries, outcome));
      this.#judge(outcome);
    }
    const { failure } = outcome;
    if (failure !== undefined) span?.fail(failure.failure, failure.message);
    span?.end();
    return outcome.result();
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close(this.#options.clock);
  }

  /** A batch is of many checks, so its span is linked to theirs and part of none. */
  #begin(rows: readonly OutboxRow[]): Span | undefined {
    const { tracer, topic } = this.#options;
    return tracer?.start(`send ${topic}`, {
      kind: "client",
      links: rows.flatMap(({ traceparent }) => traceparent ?? []),
      attributes: {
        ...topicAttributes("send", topic),
        "messaging.batch.message_count": rows.length,
      },
    });
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
      "Dropped reports of producer {producer} are not announced: the v1 format has no word for them",
      { producer: key },
    );
  }

  /** Ends the wait at the deadline, whatever kafkajs does; what is answered later does not count. */
  async #withinDeadline(outcome: Outcome, deliver: () => Promise<void>): Promise<void> {
    const { clock, deadlineMs = PUBLISH_DEADLINE_MS } = this.#options;
    const late = Promise.withResolvers<void>();
    const cancel = clock.after(deadlineMs, () => {
      outcome.close(tooLate(deadlineMs));
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
    if (isTooLarge(error)) return await this.#divide(entries, outcome);
    const failure = classify(error);
    outcome.fail(failure);
    if (failure.failure === "topic_missing" && this.#options.createTopic) {
      await this.#createTopicFor(entries, outcome);
    }
  }

  async #divide(entries: readonly Entry[], outcome: Outcome): Promise<void> {
    if (entries.length === 1) {
      outcome.tooLarge.push(entries[0]!.id);
      return;
    }
    const middle = Math.ceil(entries.length / 2);
    await this.#deliver(entries.slice(0, middle), outcome);
    if (outcome.failure === undefined) await this.#deliver(entries.slice(middle), outcome);
  }

  /** Then tries again for a while: a first start should not look like a failure. */
  async #createTopicFor(entries: readonly Entry[], outcome: Outcome): Promise<void> {
    const { clock, topic } = this.#options;
    if (outcome.hasCreatedTopic) return outcome.fail(newTopic(topic));
    outcome.hasCreatedTopic = true;
    try {
      await this.#session?.createTopic();
    } catch (error) {
      return outcome.fail(classify(error));
    }
    const { settled } = outcome;
    for (let tries = 0; tries < NEW_TOPIC.triesMax && !outcome.isClosed; tries++) {
      outcome.retract();
      await this.#deliver(entries, outcome);
      if (!outcome.failure?.isTemporary || outcome.settled > settled) return;
      await sleep(clock, NEW_TOPIC.pauseMs);
    }
  }

  /** Resolves to the error, if there is one; what was acknowledged is in the outcome. */
  async #send(entries: readonly Entry[], outcome: Outcome): Promise<unknown> {
    this.#session ??= new ProducerSession(this.#options, this.#log);
    try {
      const stored = await this.#session.send(entries.map(({ message }) => message));
      if (outcome.isClosed) return undefined;
      for (const { id, message } of entries) if (stored.has(message)) outcome.acknowledged.push(id);
      return stored.size === entries.length ? undefined : unanswered(entries.length - stored.size);
    } catch (error) {
      return error;
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

function tooLate(deadlineMs: number): PublishError {
  return new PublishError(
    "timeout",
    `Cannot publish to Kafka as a batch must be acknowledged within ${deadlineMs} ms: it was not`,
  );
}

function newTopic(topic: string): PublishError {
  return new PublishError(
    "unreachable",
    `Cannot publish to Kafka as all brokers must know topic "${topic}": it was just created`,
  );
}

function unanswered(count: number): PublishError {
  return new PublishError(
    "rejected",
    `Cannot publish to Kafka as each partition must say that it stored its messages: ` +
      `${count} messages have no such answer`,
  );
}
