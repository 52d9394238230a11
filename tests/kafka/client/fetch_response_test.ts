// Goal: what a fetch unpacks is bounded, and no partition waits forever for another's bombs.
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import zlib from "node:zlib";
import Encoder from "kafkajs/encoder";
import { decodeFetch } from "../../../src/kafka/client/fetch_response.ts";
import { BATCH_MEMORY_MAX } from "../../../src/kafka/records/record_batch.ts";
import { aBatch, aRecord } from "../records/a_batch.ts";

/** An answer of version 11, with the batches of each partition. */
function aResponse(partitions: readonly Buffer[]): Buffer {
  const encoded = partitions.map((batches, partition) =>
    new Encoder().writeInt32(partition).writeInt16(0).writeInt64("1000").writeInt64("1000")
      .writeInt64("0").writeInt32(1).writeInt64("7").writeInt64("30").writeInt32(-1)
      .writeBytes(batches)
  );
  const topic = new Encoder().writeString("reports").writeArray(encoded);
  return new Encoder().writeInt32(12).writeInt16(0).writeInt32(5).writeArray([topic]).buffer;
}

/** The fetch that it answers: from these offsets on. */
function decoded(bytes: Buffer, from: readonly number[], random = 0) {
  const partitions = from.map((offset, partition) => ({ partition, fetchOffset: `${offset}` }));
  // Kafkajs names a topic again for each row of its partitions.
  const asked = partitions.map((one) => ({ topic: "reports", partitions: [one] }));
  return decodeFetch(bytes, asked, () => random);
}

async function offsets(bytes: Buffer, from: readonly number[], random = 0): Promise<number[][]> {
  const { responses } = await decoded(bytes, from, random);
  return responses[0]!.partitions.map(({ messages }) => messages.map(({ offset }) => +offset));
}

const batch = (baseOffset: number) => aBatch({ baseOffset });

Deno.test("decodeFetch() reads the whole batches of each partition", async () => {
  const cutOff = batch(42).subarray(0, -1);
  const response = aResponse([Buffer.concat([batch(40), batch(41), cutOff]), Buffer.alloc(0)]);
  const { responses: [topic], ...head } = await decoded(response, [40, 0]);
  const expected = { throttleTime: 0, clientSideThrottleTime: 12, errorCode: 0, sessionId: 5 };
  deepStrictEqual(head, expected);
  const { messages, ...first } = topic!.partitions[0]!;
  deepStrictEqual([topic!.topicName, first, messages.length], ["reports", {
    partition: 0,
    errorCode: 0,
    highWatermark: "1000",
    abortedTransactions: [{ producerId: "7", firstOffset: "30" }],
    preferredReadReplica: -1,
  }, 2]);
  deepStrictEqual(await offsets(response, [40, 0]), [[40, 41], []]);
});

Deno.test("decodeFetch() leaves the rest to the next fetch, once its memory is used up", async () => {
  const records = zlib.zstdCompressSync(aRecord({ value: "x".repeat(BATCH_MEMORY_MAX - 1_000) }));
  const bomb = (baseOffset: number) => aBatch({ baseOffset, attributes: 4, records });
  const bombs = [10, 11, 12].map(bomb);
  const response = aResponse([Buffer.concat(bombs), Buffer.concat(bombs), batch(40)]);
  // Where it begins is left to chance, so that each partition is the first now and then.
  deepStrictEqual(await offsets(response, [10, 10, 40], 0), [[10, 11], [], []]);
  deepStrictEqual(await offsets(response, [10, 10, 40], 0.5), [[], [10, 11], []]);
  deepStrictEqual(await offsets(response, [10, 10, 40], 0.99), [[10], [], [40]]);
});

Deno.test("decodeFetch() reads the format from before Kafka 0.11, or hands it over whole", async () => {
  const message = (value: Buffer, attributes: number) => {
    const body = new Encoder().writeInt32(0).writeInt8(1).writeInt8(attributes).writeInt64("5")
      .writeBytes(null).writeBytes(value).buffer;
    return new Encoder().writeInt64("40").writeInt32(body.length).writeBuffer(body).buffer;
  };
  const inner = message(Buffer.from("old"), 0);
  const sets = [message(Buffer.from("old"), 0), message(zlib.gzipSync(inner), 1)];
  const damaged = message(Buffer.from("no gzip"), 1);
  const { responses: [topic] } = await decoded(aResponse([...sets, damaged]), [40, 40, 40]);
  const read = topic!.partitions.map(({ messages: [first] }) => first!);
  deepStrictEqual(read.map(({ offset, value }) => [offset, String(value)]), [
    ["40", "old"],
    ["40", "old"],
    ["40", String(damaged)],
  ]);
  strictEqual(
    read[2]!.fault,
    "the batch of offsets 40 to 40 cannot be read: incorrect header check",
  );
});

Deno.test("decodeFetch() hands over what begins with a damaged length, and reads what precedes it", async () => {
  for (const length of [-100, 0, 30]) {
    const damaged = Buffer.concat([batch(40), batch(41)]);
    damaged.writeInt32BE(length, 8);
    const response = aResponse([Buffer.concat([batch(39), damaged]), batch(7)]);
    const { responses: [topic] } = await decoded(response, [39, 7]);
    const read = topic!.partitions.map(({ messages }) =>
      messages.map(({ offset, value }) => [offset, String(value)])
    );
    deepStrictEqual(read, [[["39", "value"], ["40", String(damaged)]], [["7", "value"]]]);
  }
});

// The broker sends the first batch of the first partition that has any whole, however large it is.
Deno.test("decodeFetch() tells a length that is damaged from a batch that was cut off", async () => {
  const tooLong = batch(40);
  tooLong.writeInt32BE(2 ** 20, 8);
  const none = Buffer.alloc(0);
  const read = async (...partitions: Buffer[]) => {
    const { responses: [topic] } = await decoded(aResponse(partitions), partitions.map(() => 40));
    return topic!.partitions.map(({ messages }) =>
      messages.map(({ offset, fault }) => fault === undefined ? +offset : `${offset}: ${fault}`)
    );
  };
  const fault = "40: the batch of offsets 40 to 40 cannot be read: its checksum is wrong";
  deepStrictEqual(await read(none, Buffer.concat([tooLong, batch(41)]), none), [[], [fault], []]);
  deepStrictEqual(await read(batch(40), tooLong), [[40], []]);
  deepStrictEqual(await read(Buffer.concat([batch(40), tooLong])), [[40]]);
  // Where nothing follows it, no more than its length is wrong.
  deepStrictEqual(await read(tooLong), [[40]]);
});

Deno.test("decodeFetch() moves no record for a damaged offset, and reads what follows", async () => {
  for (const damaged of [-1, 3, 40, 42, 999, 2 ** 40]) {
    const response = aResponse([Buffer.concat([batch(40), batch(damaged), batch(42)])]);
    const { responses: [topic] } = await decoded(response, [40]);
    const read = topic!.partitions[0]!.messages.map(({ offset, fault }) => [offset, fault]);
    const fault = `the batch of offsets 41 to 41 cannot be read: it claims to begin at ${damaged}`;
    deepStrictEqual(read, [["40", undefined], ["41", fault], ["42", undefined]]);
  }
});

Deno.test("decodeFetch() rejects what is no answer to a fetch", async () => {
  const response = aResponse([batch(40), batch(7)]);
  await rejects(() => decoded(response.subarray(0, 60), [40, 7]), RangeError);
  await rejects(() => decoded(response, [40]), /partition 1 of "reports", unasked/);
});
