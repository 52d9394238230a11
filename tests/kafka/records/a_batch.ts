/** Makes batches of records, byte by byte, as no broker would store them. */
import { Buffer } from "node:buffer";
import { crc32c } from "../../../src/kafka/records/crc32c.ts";

export interface BatchParts {
  readonly baseOffset?: number;
  readonly attributes?: number;
  readonly lastOffsetDelta?: number;
  readonly count?: number;
  /** The bytes of the records. */
  readonly records?: Uint8Array;
  readonly magic?: number;
  readonly producerId?: number;
}

export function aBatch(parts: BatchParts = {}): Buffer {
  const { records = aRecord(), count = 1, attributes = 0, magic = 2, producerId = -1 } = parts;
  const { baseOffset = 40, lastOffsetDelta = count - 1 } = parts;
  const batch = Buffer.alloc(61 + records.length);
  batch.writeBigInt64BE(BigInt(baseOffset), 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt8(magic, 16);
  batch.writeInt16BE(attributes, 21);
  batch.writeInt32BE(lastOffsetDelta, 23);
  batch.writeBigInt64BE(1_000n, 27);
  batch.writeBigInt64BE(5_000n, 35);
  batch.writeBigInt64BE(BigInt(producerId), 43);
  batch.writeInt32BE(count, 57);
  batch.set(records, 61);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

type Field = string | null;

export function aRecord(
  { offset = 0, time = 0, key = "key", value = "value", headers = [] }: {
    readonly offset?: number;
    readonly time?: number;
    readonly key?: Field;
    readonly value?: Field;
    readonly headers?: readonly (readonly [string, Field])[];
  } = {},
): Buffer {
  const bytes = Buffer.concat([
    Buffer.of(0),
    ...[number(time), number(offset), field(key), field(value), number(headers.length)],
    ...headers.flatMap(([name, value]) => [field(name), field(value)]),
  ]);
  return Buffer.concat([number(bytes.length), bytes]);
}

function field(text: Field): Buffer {
  if (text === null) return number(-1);
  return Buffer.concat([number(Buffer.byteLength(text)), Buffer.from(text)]);
}

/** A zigzag varint. */
function number(value: number): Buffer {
  let rest = value < 0 ? -value * 2 - 1 : value * 2;
  const bytes: number[] = [];
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push(rest % 128 + 128);
  return Buffer.of(...bytes, rest);
}
