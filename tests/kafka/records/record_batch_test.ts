// Goal: each record of a batch, or the batch whole with the reason; never an error, nor more memory.
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import zlib from "node:zlib";
import fc, { runs } from "../../support/random_runs.ts";
import {
  BATCH_MEMORY_MAX,
  batchLength,
  readBatch,
  RECORD_BYTES,
} from "../../../src/kafka/records/record_batch.ts";
import { aBatch, aRecord } from "./a_batch.ts";

const HEADERS = ["sitemon-id", "toString"];
const PLACE = { from: 40, following: Infinity, endOffset: 1_000 };

function read(batch: Buffer, place = PLACE) {
  return readBatch(batch, HEADERS, place).records.map((record) => ({
    offset: Number(record.offset),
    timestamp: Number(record.timestamp),
    key: record.key?.toString(),
    value: record.value?.toString(),
    ...(record.isControlRecord && { isControlRecord: true }),
    ...(record.fault !== undefined && { fault: record.fault }),
  }));
}

Deno.test("readBatch() reads each record, with the place and the time that the batch gives it", () => {
  const records = Buffer.concat([
    aRecord({ offset: 0, time: 7 }),
    aRecord({ offset: 3, time: -900, key: null, value: null }),
    aRecord({ offset: 300, time: 2 ** 40, value: "" }),
  ]);
  const parts = { records, count: 3, lastOffsetDelta: 300 };
  deepStrictEqual(read(aBatch(parts)), [
    { offset: 40, timestamp: 1_007, key: "key", value: "value" },
    { offset: 43, timestamp: 100, key: undefined, value: undefined },
    { offset: 340, timestamp: 2 ** 40 + 1_000, key: "key", value: "" },
  ]);
  const appended = read(aBatch({ ...parts, attributes: 8 })).map(({ timestamp }) => timestamp);
  deepStrictEqual(appended, [5_000, 5_000, 5_000]);
});

Deno.test("readBatch() gives the first header of each name that is asked for, and no other", () => {
  const headers = [
    ["other", "x"],
    ["sitemon-id", null],
    ["sitemon-id", "1"],
    ["sitemon-id", "2"],
    ["toString", "3"],
  ] as const;
  const [record] = readBatch(aBatch({ records: aRecord({ headers }) }), HEADERS, PLACE).records;
  const texts = Object.entries(record!.headers).map(([name, value]) => [name, value.toString()]);
  deepStrictEqual(texts, [["sitemon-id", "1"], ["toString", "3"]]);
});

Deno.test("readBatch() ends where the batch does, although compaction took records out of it", () => {
  deepStrictEqual(read(aBatch({ lastOffsetDelta: 5 })), [
    { offset: 40, timestamp: 1_000, key: "key", value: "value" },
    { offset: 45, timestamp: 5_000, key: undefined, value: undefined, isControlRecord: true },
  ]);
  const empty = aBatch({ records: new Uint8Array(), count: 0, lastOffsetDelta: 5 });
  deepStrictEqual(read(empty).map(({ offset }) => offset), [45]);
});

Deno.test("readBatch() says which records are Kafka's own, and of which transaction", () => {
  const [record] =
    readBatch(aBatch({ attributes: 16 + 32, producerId: 9 }), HEADERS, PLACE).records;
  strictEqual(record!.isControlRecord, true);
  deepStrictEqual(record!.batchContext, { producerId: "9", inTransaction: true });
});

function changed(batch: Buffer, at: number): Buffer {
  batch[at]! ^= 1;
  return batch;
}

const packed = (size: number, value = 0) => zlib.gzipSync(Buffer.alloc(size, value));
const RECORDS_MAX = BATCH_MEMORY_MAX / RECORD_BYTES;
const LEFT_OF_ONE = BATCH_MEMORY_MAX - RECORD_BYTES;

for (
  const [name, batch, reason] of [
    ["of an unknown codec", aBatch({ attributes: 5 }), "its codec 5 is not known"],
    ["of an unknown format", aBatch({ magic: 3 }), "its format 3 is not known"],
    ["that was changed", changed(aBatch(), 70), "its checksum is wrong"],
    ["shorter than its head", aBatch().subarray(0, 40), "it ends too early"],
    ["with fewer records than it claims", aBatch({ count: 2 }), "a record ends too early"],
    [
      "with a record that is cut off",
      aBatch({ records: aRecord().subarray(0, -1) }),
      "a record ends too early",
    ],
    [
      "with a record of another length",
      aBatch({
        records: Buffer.concat([Buffer.of(aRecord()[0]! + 2), aRecord().subarray(1), Buffer.of(0)]),
      }),
      "a record has not the length that it claims",
    ],
    [
      "with a field that is longer than all",
      aBatch({ records: Buffer.of(16, 0, 0, 0, 1, 254, 255, 255, 15) }),
      "a record ends too early",
    ],
    [
      "with a number that does not end",
      aBatch({ records: Buffer.concat([Buffer.alloc(10, 128), Buffer.of(0)]) }),
      "a number has more than 64 bits",
    ],
    [
      "of no gzip",
      aBatch({ attributes: 1, records: Buffer.from("no gzip") }),
      "its records, compressed with gzip, cannot be read: incorrect header check",
    ],
    [
      "that is too long when unpacked",
      aBatch({ attributes: 1, records: packed(LEFT_OF_ONE + 1) }),
      `its records, compressed with gzip, cannot be read: it has more than ${LEFT_OF_ONE} bytes`,
    ],
    [
      "as long as may be when unpacked",
      aBatch({ attributes: 1, records: packed(LEFT_OF_ONE) }),
      "a record ends too early",
    ],
    [
      "of fewer records than none",
      aBatch({ count: -1, lastOffsetDelta: 0 }),
      "it claims to have -1 records",
    ],
    [
      "of too many records",
      aBatch({ count: RECORDS_MAX + 1 }),
      `it has ${RECORDS_MAX + 1} records, and too many`,
    ],
  ] as const
) {
  Deno.test(`readBatch() hands over a batch ${name} whole, with the reason`, () => {
    const { records: [record, ...others], memory } = readBatch(batch, HEADERS, PLACE);
    const count = batch.length < 61 ? 1 : batch.readInt32BE(23) + 1;
    const last = count > 900 ? 40 : 39 + count;
    strictEqual(record!.fault, `the batch of offsets 40 to ${last} cannot be read: ${reason}`);
    deepStrictEqual([record!.offset, record!.value, others], [String(last), batch, []]);
    strictEqual(memory, batch.length);
  });
}

Deno.test("readBatch() takes a batch for what it is read at, whatever it says that it begins with", () => {
  const records = Buffer.concat([0, 1, 2].map((offset) => aRecord({ offset })));
  const batchAt = (baseOffset: number) => aBatch({ baseOffset, records, count: 3 });
  const [from, following] = [40, 43];
  // From within a batch, behind what compaction took away, at the end of the partition, and behind it:
  // the broker tells the end that it knew before it read.
  for (
    const [base, place] of [
      [39, { ...PLACE, following: 42 }],
      [90, { ...PLACE, following: 93 }],
      [997, PLACE],
      [40, { ...PLACE, endOffset: 40 }],
      [39, { ...PLACE, endOffset: 41 }],
    ] as const
  ) {
    deepStrictEqual(
      read(batchAt(base), place).map(({ offset }) => offset),
      [0, 1, 2].map((n) => base + n),
    );
  }
  for (
    const [base, place, last] of [
      [37, { ...PLACE, following }, 42],
      [41, { ...PLACE, following }, 42],
      [2 ** 40, { ...PLACE, following }, 42],
      [-1, PLACE, 42],
      [998, PLACE, 42],
      [37, { ...PLACE, endOffset: 42 }, 41],
      [37, { ...PLACE, endOffset: 40 }, 40],
      [41, { ...PLACE, endOffset: 43 }, 42],
      [37, { ...PLACE, following: 7 }, 42],
    ] as const
  ) {
    const [record, ...others] = readBatch(batchAt(base), HEADERS, place).records;
    const what = `the batch of offsets ${from} to ${last} cannot be read`;
    strictEqual(record!.fault, `${what}: it claims to begin at ${base}`);
    deepStrictEqual([record!.offset, record!.value, others], [String(last), batchAt(base), []]);
  }
});

Deno.test("readBatch() never throws and never passes over what follows, whatever is in a batch", () => {
  const anyBatch = fc.record({
    attributes: fc.integer({ min: 0, max: 63 }),
    count: fc.integer({ min: -2, max: 2_000_000_000 }),
    lastOffsetDelta: fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }),
    records: fc.uint8Array({ maxLength: 300 }),
  }).map(aBatch);
  const damaged = fc.uint8Array({ minLength: 17, maxLength: 300 }).map(Buffer.from);
  fc.assert(
    fc.property(fc.oneof(anyBatch, damaged), (batch) => {
      const { records } = readBatch(batch, HEADERS, PLACE);
      strictEqual(records.length > 0, true);
      const { fault, offset } = records.at(-1)!;
      if (fault !== undefined) strictEqual(Number(offset) >= 40 && Number(offset) < 1_000, true);
    }),
    runs(2_000),
  );
});

Deno.test("batchLength() is that of the first batch, and undefined of one that is cut off", () => {
  const batch = aBatch();
  strictEqual(batchLength(Buffer.concat([batch, batch])), batch.length);
  for (const length of [0, 16, 17, batch.length - 1]) {
    strictEqual(batchLength(batch.subarray(0, length)), undefined, String(length));
  }
  for (
    const [length, expected] of [[16, undefined], [17, 17], [batch.length - 1, batch.length - 1]]
  ) {
    strictEqual(batchLength(batch.subarray(0, length), true), expected, `${length} of a whole one`);
  }
});

Deno.test("batchLength() is all that is there, when it is less than a batch has", () => {
  for (const [magic, least] of [[2, 61], [1, 26]] as const) {
    const bytes = Buffer.concat([aBatch({ magic }), aBatch()]);
    for (const length of [-(2 ** 31), -13, -12, -1, 0, least - 13, least - 12]) {
      bytes.writeInt32BE(length, 8);
      const expected = length === least - 12 ? least : bytes.length;
      strictEqual(batchLength(bytes), expected, `${length} of format ${magic}`);
    }
  }
});
