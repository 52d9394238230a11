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
  BATCH_MEMORY_MAX,
  batchLength,
  type FetchedRecord,
  MAGIC,
  magicOf,
  NO_TRANSACTION as batchContext,
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

/** Rejects if the bytes are no answer to a fetch. `random`, in [0, 1), says who comes first. */
export async function decodeFetch(bytes: Buffer, random = Math.random): Promise<FetchResponse> {
  const reader: Reader = new Decoder(bytes);
  const waiting: { partition: FetchedPartition; batches: Buffer }[] = [];
  const clientSideThrottleTime = reader.readInt32();
  const [errorCode, sessionId] = [reader.readInt16(), reader.readInt32()];
  const responses = reader.readArray((reader) => ({
    topicName: reader.readString(),
    partitions: reader.readArray((reader) => {
      const partition = partitionOf(reader);
      waiting.push({ partition, batches: reader.readBytes() ?? Buffer.alloc(0) });
      return partition;
    }),
  }));
  // When memory is used up, the rest is fetched again: no partition may always be the last.
  const first = Math.floor(random() * waiting.length);
  const memory = { left: FETCH_MEMORY_MAX };
  for (const { partition, batches } of [...waiting.slice(first), ...waiting.slice(0, first)]) {
    partition.messages = await readBatches(batches, Number(partition.highWatermark), memory);
  }
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
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
  bytes: Buffer,
  endOffset: number,
  memory: { left: number },
): Promise<FetchedRecord[]> {
  const read: (readonly FetchedRecord[])[] = [];
  for (let at = 0; memory.left > 0;) {
    const rest = bytes.subarray(at);
    const length = batchLength(rest);
    if (length === undefined) break;
    const batch = rest.subarray(0, length);
    at += length;
    const { records, memory: used } = magicOf(batch) < MAGIC
      ? await readMessageSet(batch, endOffset)
      : readBatch(batch, { headers: HEADERS, endOffset });
    read.push(records);
    memory.left -= used;
  }
  return read.flat();
}

/** In the format from before Kafka 0.11, which a log may still hold. */
async function readMessageSet(set: Buffer, endOffset: number) {
  try {
    const messages: FetchedRecord[] = await decodeMessageSet(new Decoder(set), set.length);
    const records = messages.map((message) => ({ ...message, headers: {}, batchContext }));
    const valueBytes = messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    return { records, memory: valueBytes + records.length * RECORD_BYTES };
  } catch (error) {
    return { records: [setAside(set, (error as Error).message, endOffset)], memory: set.length };
  }
}
