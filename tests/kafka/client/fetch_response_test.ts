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

async function offsets(bytes: Buffer, random = 0): Promise<number[][]> {
  const { responses } = await decodeFetch(bytes, () => random);
  return responses[0]!.partitions.map(({ messages }) => messages.map(({ offset }) => +offset));
}

const batch = (baseOffset: number) => aBatch({ baseOffset });

Deno.test("decodeFetch() reads the whole batches of each partition", async () => {
  const cutOff = batch(42).subarray(0, -1);
  const response = aResponse([Buffer.concat([batch(40), batch(41), cutOff]), Buffer.alloc(0)]);
  const { responses: [topic], ...head } = await decodeFetch(response);
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
  deepStrictEqual(await offsets(response), [[40, 41], []]);
});

Deno.test("decodeFetch() leaves the rest to the next fetch, once its memory is used up", async () => {
  const records = zlib.zstdCompressSync(aRecord({ value: "x".repeat(BATCH_MEMORY_MAX - 1_000) }));
  const bomb = (baseOffset: number) => aBatch({ baseOffset, attributes: 4, records });
  const bombs = [10, 11, 12].map(bomb);
  const response = aResponse([Buffer.concat(bombs), Buffer.concat(bombs), batch(40)]);
  // Where it begins is left to chance, so that each partition is the first now and then.
  deepStrictEqual(await offsets(response, 0), [[10, 11], [], []]);
  deepStrictEqual(await offsets(response, 0.5), [[], [10, 11], []]);
  deepStrictEqual(await offsets(response, 0.99), [[10], [], [40]]);
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
  const { responses: [topic] } = await decodeFetch(aResponse([...sets, damaged]));
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
    const { responses: [topic] } = await decodeFetch(response);
    const read = topic!.partitions.map(({ messages }) =>
      messages.map(({ offset, value }) => [offset, String(value)])
    );
    deepStrictEqual(read, [[["39", "value"], ["40", String(damaged)]], [["7", "value"]]]);
  }
});

Deno.test("decodeFetch() rejects what is no answer to a fetch", async () => {
  await rejects(() => decodeFetch(aResponse([batch(40)]).subarray(0, 60)), RangeError);
});
