/**
 * A batch of records as a topic stores it, in the format that Kafka has had since 0.11.
 *
 * @see https://kafka.apache.org/documentation/#recordbatch
 */
import { Buffer } from "node:buffer";
import { BatchError } from "./batch_error.ts";
import { CODECS } from "./codecs.ts";
import { crc32c } from "./crc32c.ts";

/** Where the fields of a batch are. Its offset and its length come before what the length counts. */
const AT = {
  ...{ baseOffset: 0, length: 8, magic: 16, crc: 17, attributes: 21, lastOffsetDelta: 23 },
  ...{ firstTimestamp: 27, maxTimestamp: 35, producerId: 43, count: 57, records: 61 },
} as const;
const BYTES_BEFORE_LENGTH = 12;
/** Of a message in the first of the formats before this one, without key and value. */
const MESSAGE_BYTES_MIN = 26;
/** The format's number, in the batch. */
export const MAGIC = 2;
/** Bits of the attributes. */
const ATTRIBUTE = { codec: 7, appendTime: 8, transactional: 16, control: 32 };

/** Of 64 bits, seven in each. */
const NUMBER_BYTES_MAX = 10;

/** What a record takes in memory beside its bytes, roughly. */
export const RECORD_BYTES = 512;
/**
 * What the records of one batch may take in memory, unpacked. A batch has a megabyte by default
 * (`max.message.bytes`), of 2,000 reports; those compress to a tenth.
 */
export const BATCH_MEMORY_MAX = 64 * 1024 * 1024;

/** In a batch of a transaction, kafkajs asks both to leave out what was aborted. */
export interface BatchContext {
  readonly producerId: string;
  readonly inTransaction: boolean;
}

export const NO_TRANSACTION: BatchContext = { producerId: "-1", inTransaction: false };

/** A record as kafkajs hands messages on, with those headers that were asked for. */
export interface FetchedRecord {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** The first of each name. */
  readonly headers: Readonly<Record<string, Buffer>>;
  readonly attributes: number;
  /** A marker of Kafka's own: it moves the position, and nobody is given it. */
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
  /** Why the batch, which is the value, could not be read; then the offset is its last. */
  readonly fault?: string;
}

export interface ReadRecords {
  /** At least one, so that the position moves past the batch. */
  readonly records: readonly FetchedRecord[];
  /** What they take in memory, roughly. */
  readonly memory: number;
}

/**
 * Bytes of the whole batch that begins the buffer; undefined when it is cut off. One whose length is
 * damaged takes all of them, since nobody can say where the next one begins: one with less than a
 * batch has, and with more than there is where the batch must be whole.
 */
export function batchLength(bytes: Buffer, isWhole = false): number | undefined {
  if (bytes.length <= AT.magic) return undefined;
  const length = BYTES_BEFORE_LENGTH + bytes.readInt32BE(AT.length);
  if (length < (magicOf(bytes) < MAGIC ? MESSAGE_BYTES_MIN : AT.records)) return bytes.length;
  if (length <= bytes.length) return length;
  return isWhole ? bytes.length : undefined;
}

/** The offset that a batch says it begins with; Infinity when it is cut off before that. */
export function baseOffsetOf(batch: Buffer): number {
  return batch.length < AT.length ? Infinity : Number(batch.readBigInt64BE(AT.baseOffset));
}

/** Where a batch must be. What it says of that itself is not in its checksum. */
export interface Place {
  /** The offset that was asked for, or that is behind the batch before: it ends there or later. */
  readonly from: number;
  /** What the next batch says that it begins with; Infinity when there is none. */
  readonly following: number;
  /** The end of the partition, as the broker knew it before it read: there may be more since. */
  readonly endOffset: number;
}

/** The number of its format, of a batch of any format. */
export function magicOf(batch: Buffer): number {
  return batch.readInt8(AT.magic);
}

/**
 * The records of one whole batch, with those headers. Never throws: a batch that cannot be read, or is
 * not in its place, is one record with a `fault`.
 */
export function readBatch(batch: Buffer, headers: readonly string[], place: Place): ReadRecords {
  try {
    const memory = { left: BATCH_MEMORY_MAX };
    const records = recordsOf(batch, headers, memory);
    if (isInPlace(batch, place)) return { records, memory: BATCH_MEMORY_MAX - memory.left };
    return { records: [displaced(batch, place)], memory: batch.length };
  } catch (error) {
    if (!(error instanceof BatchError)) throw error;
    return { records: [setAside(batch, error.message, place)], memory: batch.length };
  }
}

/**
 * Compaction leaves a gap before a batch, and so does a damaged offset; but none at the end of a
 * partition, and none that makes the batch run into what follows.
 */
function isInPlace(batch: Buffer, { from, following, endOffset }: Place): boolean {
  const last = lastOffset(batch);
  const hasGap = baseOffsetOf(batch) > from;
  return from <= last && (!hasGap || last < Math.min(following, endOffset));
}

function recordsOf(batch: Buffer, headers: readonly string[], memory: { left: number }) {
  if (batch.length < AT.records) throw new BatchError("it ends too early");
  const magic = magicOf(batch);
  if (magic !== MAGIC) throw new BatchError(`its format ${magic} is not known`);
  if (crc32c(batch.subarray(AT.attributes)) !== batch.readUInt32BE(AT.crc)) {
    throw new BatchError("its checksum is wrong");
  }
  const count = batch.readInt32BE(AT.count);
  // Fewer than none would add to what is left.
  if (count < 0) throw new BatchError(`it claims to have ${count} records`);
  memory.left -= count * RECORD_BYTES;
  if (memory.left < 0) throw new BatchError(`it has ${count} records, and too many`);
  const reader = new RecordReader(recordBytes(batch, memory), headOf(batch), headers);
  const records = Array.from({ length: count }, () => reader.next());
  // Compaction takes records out of a batch, and leaves its last offset.
  const last = String(lastOffset(batch));
  if (records.at(-1)?.offset !== last) records.push(placeholder(batch, last));
  return records;
}

/** The bytes of the records, unpacked. */
function recordBytes(batch: Buffer, memory: { left: number }): Buffer {
  const packed = batch.subarray(AT.records);
  const codec = batch.readInt16BE(AT.attributes) & ATTRIBUTE.codec;
  if (codec === 0) {
    memory.left -= packed.length;
    return packed;
  }
  const { name, unpack } = CODECS.get(codec) ?? {};
  if (unpack === undefined) throw new BatchError(`its codec ${codec} is not known`);
  try {
    const { buffer, byteOffset, byteLength } = unpack(packed, memory.left);
    memory.left -= byteLength;
    return Buffer.from(buffer, byteOffset, byteLength);
  } catch (error) {
    if (!(error instanceof BatchError)) throw error;
    throw new BatchError(`its records, compressed with ${name}, cannot be read: ${error.message}`);
  }
}

/** What the records of a batch have in common. */
interface Head {
  readonly baseOffset: number;
  readonly firstTimestamp: number;
  /** When the broker appended it, if the topic has `LogAppendTime`. */
  readonly appendTime: number | undefined;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
}

function headOf(batch: Buffer): Head {
  const attributes = batch.readInt16BE(AT.attributes);
  return {
    baseOffset: baseOffsetOf(batch),
    firstTimestamp: Number(batch.readBigInt64BE(AT.firstTimestamp)),
    appendTime: attributes & ATTRIBUTE.appendTime
      ? Number(batch.readBigInt64BE(AT.maxTimestamp))
      : undefined,
    isControlRecord: (attributes & ATTRIBUTE.control) !== 0,
    batchContext: {
      producerId: String(batch.readBigInt64BE(AT.producerId)),
      inTransaction: (attributes & ATTRIBUTE.transactional) !== 0,
    },
  };
}

/**
 * Record => length, attributes int8, timestamp and offset from the batch's first, key, value and
 * headers; every other number is a zigzag varint, and a length of -1 stands for null.
 */
class RecordReader {
  readonly #bytes: Buffer;
  readonly #head: Head;
  readonly #headers: readonly (readonly [name: string, bytes: Buffer])[];
  #at = 0;

  constructor(bytes: Buffer, head: Head, headers: readonly string[]) {
    this.#bytes = bytes;
    this.#head = head;
    this.#headers = headers.map((name) => [name, Buffer.from(name)]);
  }

  next(): FetchedRecord {
    const { baseOffset, firstTimestamp, appendTime, isControlRecord, batchContext } = this.#head;
    const length = this.#number();
    const end = this.#at + length;
    if (length < 1 || end > this.#bytes.length) throw new BatchError("a record ends too early");
    const attributes = this.#bytes[this.#at++]!;
    const timestamp = firstTimestamp + this.#number();
    const offset = baseOffset + this.#number();
    const key = this.#field();
    const value = this.#field();
    const headers = this.#readHeaders();
    if (this.#at !== end) throw new BatchError("a record has not the length that it claims");
    return {
      offset: String(offset),
      timestamp: String(appendTime ?? timestamp),
      ...{ key, value, headers, attributes, isControlRecord, batchContext },
    };
  }

  #readHeaders(): Record<string, Buffer> {
    const found: Record<string, Buffer> = Object.create(null);
    for (let left = this.#number(); left > 0; left--) {
      const name = this.#field();
      const value = this.#field();
      const wanted = this.#headers.find(([, bytes]) => name !== null && bytes.equals(name));
      if (wanted !== undefined && value !== null) found[wanted[0]] ??= value;
    }
    return found;
  }

  /** A view. */
  #field(): Buffer | null {
    const length = this.#number();
    if (length < 0) return null;
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new BatchError("a record ends too early");
    const field = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return field;
  }

  /** Beyond 53 bits it is not exact: only the times of a foreign record are so large. */
  #number(): number {
    let value = 0;
    const end = this.#at + NUMBER_BYTES_MAX;
    for (let scale = 1, byte = 128; byte >= 128; scale *= 128) {
      if (this.#at >= this.#bytes.length) throw new BatchError("a record ends too early");
      if (this.#at >= end) throw new BatchError("a number has more than 64 bits");
      byte = this.#bytes[this.#at++]!;
      value += (byte & 127) * scale;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

/** Moves the position to the end of a batch that has no record there. */
function placeholder(batch: Buffer, offset: string): FetchedRecord {
  return { ...emptyRecord(batch, offset), isControlRecord: true };
}

/** The batch whole, in place of its records, as one record at its last offset. */
export function setAside(
  batch: Buffer,
  reason: string,
  { from, endOffset }: Pick<Place, "from" | "endOffset">,
): FetchedRecord {
  const first = baseOffsetOf(batch);
  const last = hasHead(batch) ? lastOffset(batch) : first;
  // A damaged one may claim what it likes, and messages that follow it must not be passed over.
  const isPlausible = first <= last && from <= last && last < endOffset;
  return isPlausible ? faulty(batch, [first, last], reason) : faulty(batch, [from, from], reason);
}

/** The same of a batch that is whole but for its offset: it is as long as it says, where it was read. */
function displaced(batch: Buffer, { from, following, endOffset }: Place): FetchedRecord {
  const end = following > from ? Math.min(following, endOffset) : endOffset;
  const last = Math.min(from + batch.readInt32BE(AT.lastOffsetDelta), end - 1);
  return faulty(
    batch,
    [from, Math.max(from, last)],
    `it claims to begin at ${baseOffsetOf(batch)}`,
  );
}

function faulty(
  batch: Buffer,
  [first, last]: readonly [first: number, last: number],
  reason: string,
): FetchedRecord {
  const fault = `the batch of offsets ${first} to ${last} cannot be read: ${reason}`;
  return { ...emptyRecord(batch, String(last)), value: batch, fault };
}

function lastOffset(batch: Buffer): number {
  return baseOffsetOf(batch) + batch.readInt32BE(AT.lastOffsetDelta);
}

function emptyRecord(batch: Buffer, offset: string): FetchedRecord {
  const hasTime = hasHead(batch);
  return {
    offset,
    timestamp: String(hasTime ? batch.readBigInt64BE(AT.maxTimestamp) : -1),
    ...{ key: null, value: null, headers: {}, attributes: 0, isControlRecord: false },
    batchContext: hasTime ? headOf(batch).batchContext : NO_TRANSACTION,
  };
}

function hasHead(batch: Buffer): boolean {
  return batch.length >= AT.records && magicOf(batch) === MAGIC;
}
