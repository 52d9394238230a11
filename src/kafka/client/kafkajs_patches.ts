/** Replaces parts of kafkajs that are slow or give up, in the one version whose internals are known. */
import type { Buffer } from "node:buffer";
import { setTimeout } from "node:timers";
import { CompressionCodecs, CompressionTypes } from "kafkajs";
import createTopicsResponse from "kafkajs/create-topics-response";
import Encoder from "kafkajs/encoder";
import fetches from "kafkajs/fetch";
import manifest from "kafkajs/package.json" with { type: "json" };
import RequestQueue from "kafkajs/request-queue";
import { CODECS } from "../records/codecs.ts";
import { BATCH_MEMORY_MAX } from "../records/record_batch.ts";
import { decodeFetch, type FetchedTopic } from "./fetch_response.ts";

/** Before it is raised, the patched code of the new version has to be read. */
export const PATCHED_VERSION = "2.2.4";

/** What writes requests. */
interface Writer {
  readonly buf: Uint8Array;
  offset: number;
  /** Makes `buf` longer if it has to be. */
  ensureAvailable(bytes: number): void;
}

/** Requests of one connection: those that wait to be sent, and those that wait for their answers. */
interface Queue {
  readonly pending: readonly unknown[];
  readonly inflight: ReadonlyMap<number, Request>;
  readonly enforceRequestTimeout: boolean;
  /** Milliseconds; no request has less. */
  readonly requestTimeout: number;
  /** Cleared by `destroy()`. */
  requestTimeoutIntervalId: ReturnType<typeof setTimeout> | undefined;
  scheduleCheckPendingRequests(): void;
  /** Called when the connection stands. */
  scheduleRequestTimeoutCheck(): void;
  sendSocketRequest(request: Request): void;
  destroy(): void;
}

interface Request {
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly requestTimeout: number;
  timeoutRequest(): void;
}

/** What makes a fetch, in each version of the protocol, and reads its answer. */
interface Fetches {
  protocol(version: { readonly version: number }): (options: FetchOptions) => Fetch;
}

interface FetchOptions {
  readonly topics: readonly FetchedTopic[];
}

interface Fetch {
  readonly request: unknown;
  readonly response: { decode(bytes: Buffer): Promise<unknown> };
}

/** The one that is read here. */
const FETCH_VERSION = 11;

/** What reads the answers to requests for topics. */
interface TopicsReader {
  /** Throws an error with the `errors` of topics that were not created. */
  parse(answer: TopicsAnswer): Promise<unknown>;
}

interface TopicsAnswer {
  readonly topicErrors: readonly { readonly topic: string; readonly errorMessage: string | null }[];
}

/** Of 32 bits, seven in each. */
const VARINT_BYTES_MAX = 5;

/**
 * Patches all of them; leaves those of any version but {@linkcode PATCHED_VERSION} alone.
 *
 * Encoder: kafkajs makes an array and a Buffer for each number of variable length, of which a
 * message has ten, and copies them by Buffer's own copy. Written in place, a message takes half the
 * CPU: 11 µs instead of 23 in batches of 500 (measured).
 *
 * Request queue: after its first answer, each connection asks itself a thousand times a second
 * whether there is something to send, until it ends: 30 ms of CPU in every second (measured). Each
 * also asks itself ten times a second whether an answer is overdue; here it looks when one may be.
 *
 * Topics: kafkajs drops the broker's own words about why it does not create one.
 *
 * Fetches: see fetch_response.ts. Kafka before 2.3 answers in an older version, which kafkajs reads.
 *
 * @see https://protobuf.dev/programming-guides/encoding/#varints, which Kafka's records use
 * @see https://github.com/tulios/kafkajs/issues/1704
 */
export function patchKafkajs(
  version: string,
  { writer, queue, topics, fetches }: {
    readonly writer: object;
    readonly queue: Pick<
      Queue,
      "scheduleCheckPendingRequests" | "scheduleRequestTimeoutCheck" | "sendSocketRequest"
    >;
    readonly topics: TopicsReader;
    readonly fetches: Fetches;
  },
): void {
  if (version !== PATCHED_VERSION) return;
  const { parse } = topics;
  topics.parse = (answer) =>
    parse(answer).catch((error) => Promise.reject(explained(error, answer)));
  const { protocol } = fetches;
  fetches.protocol = ({ version }) => version === FETCH_VERSION ? fetch : protocol({ version });
  const fetch = (options: FetchOptions): Fetch => {
    const { response, ...rest } = protocol({ version: FETCH_VERSION })(options);
    const decode = (bytes: Buffer) => decodeFetch(bytes, options.topics);
    return { ...rest, response: { ...response, decode } };
  };
  Object.assign(writer, {
    writeUVarInt(this: Writer, value: number): Writer {
      this.ensureAvailable(VARINT_BYTES_MAX);
      let rest = value >>> 0;
      for (; rest > 127; rest >>>= 7) this.buf[this.offset++] = rest & 127 | 128;
      this.buf[this.offset++] = rest;
      return this;
    },
    writeBufferInternal(this: Writer, bytes: Uint8Array): void {
      this.ensureAvailable(bytes.length);
      this.buf.set(bytes, this.offset);
      this.offset += bytes.length;
    },
  });
  const { scheduleCheckPendingRequests, sendSocketRequest } = queue;
  // A request that has to wait calls this too, so that none is forgotten.
  queue.scheduleCheckPendingRequests = function (this: Queue): void {
    if (this.pending.length > 0) scheduleCheckPendingRequests.call(this);
  };
  queue.scheduleRequestTimeoutCheck = function (this: Queue): void {
    this.destroy();
    this.requestTimeoutIntervalId = undefined;
  };
  queue.sendSocketRequest = function (this: Queue, request: Request): void {
    sendSocketRequest.call(this, request);
    if (this.enforceRequestTimeout) endOverdue(this);
  };
}

/** Ends requests whose answers are overdue, at the time of the first, as long as any is in flight. */
function endOverdue(queue: Queue): void {
  if (queue.requestTimeoutIntervalId !== undefined || queue.inflight.size === 0) return;
  const overdueMs = ({ sentAt, requestTimeout }: Request) => Date.now() - sentAt - requestTimeout;
  // What is sent meanwhile has at least as long.
  let waitMs = queue.requestTimeout;
  for (const request of queue.inflight.values()) waitMs = Math.min(waitMs, -overdueMs(request));
  queue.requestTimeoutIntervalId = setTimeout(() => {
    queue.requestTimeoutIntervalId = undefined;
    for (const request of [...queue.inflight.values()]) {
      if (overdueMs(request) > 0) request.timeoutRequest();
    }
    endOverdue(queue);
  }, Math.max(0, waitMs) + 1);
}

/** The error, with what the broker said of each topic in place of the name of its code. */
function explained(error: { errors?: Error[] }, { topicErrors }: TopicsAnswer) {
  for (const one of (error.errors ?? []) as (Error & { topic: string })[]) {
    one.message = topicErrors.find(({ topic }) => topic === one.topic)?.errorMessage || one.message;
  }
  return error;
}

patchKafkajs(manifest.version, {
  writer: Encoder.prototype,
  queue: RequestQueue.prototype as unknown as Queue,
  topics: createTopicsResponse as TopicsReader,
  fetches: fetches as Fetches,
});

/** By kafkajs's own interface: for the formats from before Kafka 0.11, and its older answers. */
const { GZIP, Snappy, LZ4, ZSTD } = CompressionTypes;
for (const type of [GZIP, Snappy, LZ4, ZSTD] as const) {
  const { unpack, pack } = CODECS.get(type)!;
  const compress = pack && (({ buffer }: { readonly buffer: Buffer }) => pack(buffer));
  const decompress = (bytes: Buffer) => Promise.resolve(unpack(bytes, BATCH_MEMORY_MAX));
  CompressionCodecs[type] = () => ({ ...(compress && { compress }), decompress });
}
