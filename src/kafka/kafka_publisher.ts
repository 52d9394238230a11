/** The publisher port on Kafka: rows of the outbox to a topic, each acknowledged by its partition. */
import {
  type OutboxRow,
  type Publisher,
  PublishError,
  type PublishResult,
} from "../outbox/publisher.ts";
import { TimeoutError, within } from "../runtime/deadline.ts";
import { logger } from "../runtime/telemetry/logging.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import type { Span, Tracer } from "../runtime/telemetry/tracer.ts";
import { ProducerSession } from "./client/producer_session.ts";
import {
  type OutgoingMessage,
  type ProducerPort,
  type ProducerSessionOptions,
  REQUEST_TIMEOUT_MS,
} from "./client_port.ts";
import { KafkaError } from "./kafka_error.ts";
import { type RowFormat, rowMessage } from "./row_message.ts";
import { topicAttributes } from "./topic_attributes.ts";

/** A client may stay with a broker that is gone; after this many failures in a row it is replaced. */
const FAILURES_MAX = 3;
/**
 * A topic that refuses a message of this size, without its headers, is at fault and not the message:
 * a report has some 400 bytes, and the gap that would announce its loss fewer still.
 */
export const MESSAGE_BYTES_MIN = 1_024;
/** Codes of a batch, or of a message in it, that is over a limit of the broker. */
const TOO_LARGE = new Set<string | undefined>(["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"]);

export interface KafkaPublisherOptions extends ProducerSessionOptions {
  readonly format: RowFormat;
  /** For a whole `publish`; by default as long as a broker may take for one request. */
  readonly deadlineMs?: number;
  readonly telemetry: Telemetry;
  /** Absent when nothing is traced. */
  readonly tracer?: Tracer;
}

interface Entry {
  readonly id: number;
  readonly message: OutgoingMessage;
}

/** What became of the rows so far. */
interface Batch {
  readonly acknowledged: number[];
  readonly tooLarge: number[];
  failure: PublishError | undefined;
  /** Past the deadline: a later answer does not count. */
  isClosed: boolean;
}

const log = logger("kafka");

export class KafkaPublisher implements Publisher {
  readonly #options: KafkaPublisherOptions;
  #session: ProducerPort | undefined;
  #failures = 0;
  #hasReportedGaps = false;
  #topicProblems = "";

  constructor(options: KafkaPublisherOptions) {
    const onTopicProblems = (problems: readonly string[]) => this.#reportTopic(problems);
    this.#options = { onTopicProblems, ...options };
  }

  async publish(rows: readonly OutboxRow[]): Promise<PublishResult> {
    const batch: Batch = { acknowledged: [], tooLarge: [], failure: undefined, isClosed: false };
    const { format } = this.#options;
    if (typeof format === "object") await format.know(rows);
    const span = this.#startSpan(rows);
    const entries = this.#entries(rows, batch);
    if (entries.length > 0) {
      await this.#deliverInTime(entries, batch);
      this.#failures = batch.failure === undefined ? 0 : this.#failures + 1;
      if (this.#failures > 0 && this.#failures % FAILURES_MAX === 0) this.#discard();
    }
    const { acknowledged, tooLarge, failure } = batch;
    if (failure !== undefined) span?.fail(failure.failure, failure.message);
    span?.end();
    if (failure === undefined) return { acknowledged, tooLarge };
    if (acknowledged.length + tooLarge.length === 0) throw failure;
    return { acknowledged, tooLarge, failure };
  }

  async close(): Promise<void> {
    const { format } = this.#options;
    if (typeof format === "object") format.close();
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  /** A batch holds many checks, so its span is linked to theirs and part of none. */
  #startSpan(rows: readonly OutboxRow[]): Span | undefined {
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

  /** A gap without a message is acknowledged: the format cannot express it. */
  #entries(rows: readonly OutboxRow[], batch: Batch): Entry[] {
    const entries: Entry[] = [];
    for (const row of rows) {
      const message = rowMessage(row, this.#options.format);
      if (message !== undefined) entries.push({ id: row.id, message });
      else {
        batch.acknowledged.push(row.id);
        this.#reportGap(row);
      }
    }
    return entries;
  }

  #reportGap({ key: producer }: OutboxRow): void {
    const message = "dropped reports of producer {producer} cannot be announced: " +
      "the v1 format has no gaps";
    if (!this.#hasReportedGaps) log.warn(message, { producer });
    this.#hasReportedGaps = true;
  }

  /** Once, until they change. */
  #reportTopic(problems: readonly string[]): void {
    const { topic } = this.#options;
    const all = problems.join();
    if (all === this.#topicProblems) return;
    this.#topicProblems = all;
    for (const problem of problems) {
      log.warn('settings of topic "{topic}": {problem}', { topic, problem });
    }
  }

  /** Ends the wait at the deadline, whatever the client does. */
  async #deliverInTime(entries: readonly Entry[], batch: Batch): Promise<void> {
    const { clock, deadlineMs = REQUEST_TIMEOUT_MS } = this.#options;
    try {
      await within(deadlineMs, this.#deliver(entries, batch), clock);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      const message = `Kafka did not acknowledge the batch within ${deadlineMs} ms`;
      batch.failure = new PublishError("timeout", message);
      batch.isClosed = true;
      this.#discard();
    }
  }

  /** Sends the entries, in halves where they are too large together, until one send fails. */
  async #deliver(entries: readonly Entry[], batch: Batch): Promise<void> {
    const error = await this.#send(entries, batch);
    if (batch.isClosed || error === undefined) return;
    const isTooLarge = error instanceof KafkaError && TOO_LARGE.has(error.code);
    if (!isTooLarge) batch.failure = this.#failureOf(error);
    else if (entries.length === 1) this.#refuse(entries[0]!, batch);
    else {
      const middle = Math.ceil(entries.length / 2);
      await this.#deliver(entries.slice(0, middle), batch);
      if (batch.failure === undefined) await this.#deliver(entries.slice(middle), batch);
    }
  }

  #refuse({ id, message: { key, value } }: Entry, batch: Batch): void {
    const bytes = key.length + value.length;
    if (bytes > MESSAGE_BYTES_MIN) batch.tooLarge.push(id);
    else {
      const message = `topic "${this.#options.topic}" refuses a message of ${bytes} bytes as too ` +
        `large; raise its "max.message.bytes", or the brokers' "message.max.bytes"`;
      batch.failure = new PublishError("message_limit", message);
    }
  }

  #failureOf(error: unknown): PublishError {
    if (error instanceof PublishError) return error;
    const { topic, createTopic } = this.#options;
    // A fault of the client is retried as well: its session is replaced if it lasts.
    const failure = error instanceof KafkaError ? error.failure : "rejected";
    if (failure !== "topic_missing" || !createTopic) {
      return new PublishError(failure, (error as Error).message, { cause: error });
    }
    // The next session creates it if it is gone.
    this.#discard();
    const message = `topic "${topic}" is not known to every broker yet`;
    return new PublishError("unreachable", message, { cause: error });
  }

  /** Resolves to the error, if any; what was acknowledged is in the batch. */
  async #send(entries: readonly Entry[], batch: Batch): Promise<unknown> {
    const session = this.#session ??= new ProducerSession(this.#options);
    try {
      const stored = await session.send(entries.map(({ message }) => message));
      if (batch.isClosed) return undefined;
      for (const { id, message } of entries) if (stored.has(message)) batch.acknowledged.push(id);
      if (stored.size === entries.length) return undefined;
      const message = `Kafka confirmed ${stored.size} of ${entries.length} messages: ` +
        "its answer leaves out the other partitions";
      return new PublishError("rejected", message);
    } catch (error) {
      if (this.#session === session) return error;
      // A client that was closed blames Kafka.
      const message = "publishing ended before Kafka acknowledged the batch";
      return new PublishError("timeout", message);
    }
  }

  #discard(): void {
    this.#session?.[Symbol.dispose]();
    this.#session = undefined;
  }
}
