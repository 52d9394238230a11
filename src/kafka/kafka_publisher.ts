/** The publisher port on Kafka: rows of the outbox to a topic, each acknowledged by its partition. */
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
import { BatchResult } from "./batch_result.ts";
import type { TopicAccess } from "./client/kafka_admin.ts";
import { REQUEST_TIMEOUT_MS } from "./client/kafka_client.ts";
import { KafkaLog } from "./client/kafka_log.ts";
import { ProducerSession } from "./client/producer_session.ts";
import { KafkaError } from "./kafka_error.ts";
import type { OutgoingMessage } from "./message.ts";
import { type KafkaFormat, rowMessage } from "./row_message.ts";
import { topicAttributes } from "./topic_attributes.ts";

/** For one batch with all its tries: as long as a broker may take for one request. */
export const PUBLISH_DEADLINE_MS = REQUEST_TIMEOUT_MS;
/** A client may stay with a broker that is gone; after this many failures in a row it is replaced. */
const FAILURES_MAX = 3;
/** Codes of a batch, or of a message in it, that is over a limit of the broker. */
const TOO_LARGE = new Set<string | undefined>(["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"]);
/** A new topic's leaders learn a moment later that they lead. */
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
  readonly message: OutgoingMessage;
}

const log = logger("kafka");

export class KafkaPublisher implements Publisher {
  readonly #options: KafkaPublisherOptions;
  readonly #log: KafkaLog;
  #session: ProducerSession | undefined;
  #failures = 0;
  #hasReportedGaps = false;

  constructor(options: KafkaPublisherOptions) {
    this.#options = options;
    this.#log = new KafkaLog(options);
  }

  async publish(rows: readonly OutboxRow[]): Promise<PublishResult> {
    const result = new BatchResult();
    const span = this.#begin(rows);
    const entries = this.#entries(rows, result);
    if (entries.length > 0) {
      await this.#withinDeadline(result, () => this.#deliver(entries, result));
      this.#judge(result);
    }
    const { failure } = result;
    if (failure !== undefined) span?.fail(failure.failure, failure.message);
    span?.end();
    return result.result();
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  /** A batch holds many checks, so its span is linked to theirs and part of none. */
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

  #entries(rows: readonly OutboxRow[], result: BatchResult): Entry[] {
    const entries: Entry[] = [];
    for (const row of rows) {
      const message = rowMessage(row, this.#options.format);
      if (message !== undefined) entries.push({ id: row.id, message });
      else this.#skipGap(row, result);
    }
    return entries;
  }

  #skipGap({ id, key }: OutboxRow, result: BatchResult): void {
    result.acknowledged.push(id);
    if (this.#hasReportedGaps) return;
    this.#hasReportedGaps = true;
    log.warn(
      "dropped reports of producer {producer} cannot be announced: the v1 format has no gaps",
      { producer: key },
    );
  }

  /** Ends the wait at the deadline, whatever the client does; a later answer does not count. */
  async #withinDeadline(result: BatchResult, deliver: () => Promise<void>): Promise<void> {
    const { clock, deadlineMs = PUBLISH_DEADLINE_MS } = this.#options;
    const late = Promise.withResolvers<void>();
    const cancel = clock.after(deadlineMs, () => {
      result.close(tooLate(deadlineMs));
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
  async #deliver(entries: readonly Entry[], result: BatchResult): Promise<void> {
    const error = await this.#send(entries, result);
    if (result.isClosed || error === undefined) return;
    if (error instanceof KafkaError && TOO_LARGE.has(error.code)) {
      return await this.#divide(entries, result);
    }
    const failure = publishError(error);
    result.fail(failure);
    if (failure.failure === "topic_missing" && this.#options.createTopic) {
      await this.#createTopicFor(entries, result);
    }
  }

  async #divide(entries: readonly Entry[], result: BatchResult): Promise<void> {
    if (entries.length === 1) {
      result.tooLarge.push(entries[0]!.id);
      return;
    }
    const middle = Math.ceil(entries.length / 2);
    await this.#deliver(entries.slice(0, middle), result);
    if (result.failure === undefined) await this.#deliver(entries.slice(middle), result);
  }

  /** Then retries for a while: a first start should not look like a failure. */
  async #createTopicFor(entries: readonly Entry[], result: BatchResult): Promise<void> {
    const { clock, topic } = this.#options;
    if (result.hasCreatedTopic) return result.fail(newTopic(topic));
    result.hasCreatedTopic = true;
    try {
      await this.#session?.createTopic();
    } catch (error) {
      return result.fail(publishError(error));
    }
    const { settled } = result;
    for (let tries = 0; tries < NEW_TOPIC.triesMax && !result.isClosed; tries++) {
      result.retract();
      await this.#deliver(entries, result);
      if (!result.failure?.isTemporary || result.settled > settled) return;
      await sleep(clock, NEW_TOPIC.pauseMs);
    }
  }

  /** Resolves to the error, if any; what was acknowledged is in the result. */
  async #send(entries: readonly Entry[], result: BatchResult): Promise<unknown> {
    this.#session ??= new ProducerSession(this.#options, this.#log);
    try {
      const stored = await this.#session.send(entries.map(({ message }) => message));
      if (result.isClosed) return undefined;
      for (const { id, message } of entries) if (stored.has(message)) result.acknowledged.push(id);
      return stored.size === entries.length ? undefined : unconfirmed(stored.size, entries.length);
    } catch (error) {
      return error;
    }
  }

  #judge({ failure }: BatchResult): void {
    this.#failures = failure === undefined ? 0 : this.#failures + 1;
    if (this.#failures % FAILURES_MAX === 0 && this.#failures > 0) this.#discard();
  }

  #discard(): void {
    this.#session?.[Symbol.dispose]();
    this.#session = undefined;
  }
}

/** A fault of the client is retried as well: its session is replaced if it lasts. */
function publishError(error: unknown): PublishError {
  if (error instanceof PublishError) return error;
  const { message } = error as Error;
  const failure = error instanceof KafkaError ? error.failure : "rejected";
  return new PublishError(failure, message, { cause: error });
}

function tooLate(deadlineMs: number): PublishError {
  return new PublishError("timeout", `Kafka did not acknowledge the batch in ${deadlineMs} ms`);
}

function newTopic(topic: string): PublishError {
  return new PublishError(
    "unreachable",
    `topic "${topic}" was just created, and not every broker knows it yet`,
  );
}

function unconfirmed(stored: number, sent: number): PublishError {
  return new PublishError(
    "rejected",
    `Kafka confirmed ${stored} of ${sent} messages: its answer leaves out the other partitions`,
  );
}
