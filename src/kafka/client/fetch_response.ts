/**
 * Reads the answer to a fetch in place of kafkajs, which ends its consumer at a batch that it cannot
 * read: such a batch is handed on whole, and its partition goes on. All codecs of Kafka are read,
 * and what a fetch unpacks is bounded.
 *
 * @see https://kafka.apache.org/protocol.html#The_Messages_Fetch, version 11
 */
import { Buffer } from "node:buffer";
import Decoder from "kafkajs/decoder";
import decodeMessageSet from "kafkajs/message-set";
import { TRACEPARENT } from "../../runtime/telemetry/traceparent.ts";
import { ID_HEADER } from "../id_header.ts";
import { SCHEMA_ID_HEADER } from "../schema_name.ts";
import {
  baseOffsetOf,
  BATCH_MEMORY_MAX,
  batchLength,
  type FetchedRecord,
  MAGIC,
  magicOf,
  NO_TRANSACTION as batchContext,
  type Place,
  readBatch,
  RECORD_BYTES,
  setAside,
} from "../records/record_batch.ts";

/** What the records of one fetch may take in memory, before the last batch that is unpacked. */
const FETCH_MEMORY_MAX = BATCH_MEMORY_MAX;
/** The headers that are used. */
const HEADERS = [ID_HEADER, TRACEPARENT, SCHEMA_ID_HEADER];

/** What is used of kafkajs's own reader. */
interface Reader {
  readInt16(): number;
  readInt32(): number;
  readInt64(): bigint;
  readString(): string;
  readBytes(): Buffer | null;
  readArray<T>(read: (reader: Reader) => T): T[];
  forward(bytes: number): void;
}

/** What a fetch asks for of a topic. */
export interface FetchedTopic {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly fetchOffset: string }[];
}

/** What kafkajs makes of a partition. */
interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly abortedTransactions: readonly { producerId: string; firstOffset: string }[];
  readonly preferredReadReplica: number;
  messages: readonly FetchedRecord[];
}

export interface FetchResponse {
  /** Always 0: the broker waits by itself, and `clientSideThrottleTime` says what it asks for. */
  readonly throttleTime: number;
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: readonly {
    readonly topicName: string;
    readonly partitions: readonly FetchedPartition[];
  }[];
}

/** Rejects if the bytes are no answer to this fetch. `random`, in [0, 1), says who comes first. */
export async function decodeFetch(
  bytes: Buffer,
  asked: readonly FetchedTopic[],
  random = Math.random,
): Promise<FetchResponse> {
  const reader: Reader = new Decoder(bytes);
  const waiting: Fetched[] = [];
  const clientSideThrottleTime = reader.readInt32();
  const [errorCode, sessionId] = [reader.readInt16(), reader.readInt32()];
  const responses = reader.readArray((reader) => {
    const topicName = reader.readString();
    const offsetOf = offsetsOf(asked, topicName);
    const partitions = reader.readArray((reader) => {
      const partition = partitionOf(reader);
      const batches = reader.readBytes() ?? Buffer.alloc(0);
      const isFirst = waiting.every(({ batches }) => batches.length === 0);
      waiting.push({ partition, batches, isFirst, from: offsetOf(partition.partition) });
      return partition;
    });
    return { topicName, partitions };
  });
  // When memory is used up, the rest is fetched again: no partition may always be the last.
  const first = Math.floor(random() * waiting.length);
  const memory = { left: FETCH_MEMORY_MAX };
  for (const fetched of [...waiting.slice(first), ...waiting.slice(0, first)]) {
    fetched.partition.messages = await readBatches(fetched, memory);
  }
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

/** The batches of a partition, as the broker has sent them. */
interface Fetched {
  readonly partition: FetchedPartition;
  readonly batches: Buffer;
  /** The first that has any: its first batch is whole, however small the fetch was (KIP-74). */
  readonly isFirst: boolean;
  /** The offset that was asked for. */
  readonly from: number;
}

/** Throws for a partition that was not asked for. */
function offsetsOf(asked: readonly FetchedTopic[], topicName: string) {
  const partitions = asked.filter(({ topic }) => topic === topicName)
    .flatMap(({ partitions }) => partitions);
  return (number: number): number => {
    const found = partitions.find(({ partition }) => partition === number);
    if (found !== undefined) return Number(found.fetchOffset);
    throw new RangeError(`the answer has partition ${number} of "${topicName}", unasked`);
  };
}

function partitionOf(reader: Reader): FetchedPartition {
  const partition = reader.readInt32();
  const errorCode = reader.readInt16();
  const highWatermark = String(reader.readInt64());
  // The last stable offset, and the first that is kept.
  reader.forward(16);
  const abortedTransactions = reader.readArray((reader) => ({
    producerId: String(reader.readInt64()),
    firstOffset: String(reader.readInt64()),
  }));
  const preferredReadReplica = reader.readInt32();
  const header = { partition, errorCode, highWatermark, abortedTransactions, preferredReadReplica };
  return { ...header, messages: [] };
}

/** Those batches that fit into memory, at least the first; the last may be cut off by the fetch. */
async function readBatches(
  { partition, batches, isFirst, from }: Fetched,
  memory: { left: number },
): Promise<FetchedRecord[]> {
  const read: (readonly FetchedRecord[])[] = [];
  const endOffset = Number(partition.highWatermark);
  for (let at = 0, next = from; memory.left > 0;) {
    const rest = batches.subarray(at);
    const length = batchLength(rest, isFirst && at === 0);
    if (length === undefined) break;
    const batch = rest.subarray(0, length);
    at += length;
    const place = { from: next, following: baseOffsetOf(batches.subarray(at)), endOffset };
    const { records, memory: used } = magicOf(batch) < MAGIC
      ? await readMessageSet(batch, place)
      : readBatch(batch, HEADERS, place);
    read.push(records);
    next = Math.max(next, Number(records.at(-1)?.offset ?? -1) + 1);
    memory.left -= used;
  }
  return read.flat();
}

/** In the format from before Kafka 0.11, which a log may still hold. */
async function readMessageSet(set: Buffer, place: Place) {
  try {
    const messages: FetchedRecord[] = await decodeMessageSet(new Decoder(set), set.length);
    const records = messages.map((message) => ({ ...message, headers: {}, batchContext }));
    const valueBytes = messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    return { records, memory: valueBytes + records.length * RECORD_BYTES };
  } catch (error) {
    return { records: [setAside(set, (error as Error).message, place)], memory: set.length };
  }
}
