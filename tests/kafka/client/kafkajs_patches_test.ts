// Goal: kafkajs behaves as before, only faster, and an update of it is noticed.
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "../../support/random_runs.ts";
import Encoder from "kafkajs/encoder";
import RequestQueue from "kafkajs/request-queue";
import manifest from "kafkajs/package.json" with { type: "json" };
import { PATCHED_VERSION, patchKafkajs } from "../../../src/kafka/client/kafkajs_patches.ts";
import { within } from "../../support/waiting.ts";

Deno.test("the patches fit the kafkajs that is installed", () => {
  strictEqual(
    manifest.version,
    PATCHED_VERSION,
    "kafkajs was updated: read its encoder, request queue and fetch, correct the patches, " +
      "measure whether they still help, and raise PATCHED_VERSION",
  );
});

Deno.test("patchKafkajs() leaves another version alone", () => {
  const leftAlone = () => {};
  const nothing = () => Promise.resolve();
  const unused = () => {
    throw new Error("nobody fetches");
  };
  const parts = () => ({
    writer: {},
    queue: {
      scheduleCheckPendingRequests: leftAlone,
      scheduleRequestTimeoutCheck: leftAlone,
      sendSocketRequest: leftAlone,
    },
    topics: { parse: nothing },
    fetches: { protocol: unused },
  });
  const patched = parts();
  patchKafkajs("2.2.5", patched);
  deepStrictEqual(patched, parts());
});

/** By protobuf.dev's rules, in hexadecimal. */
const UNSIGNED = {
  ...{ 0: "00", 1: "01", 127: "7f", 128: "8001", 150: "9601", 300: "ac02", 16_384: "808001" },
  ...{ 2_147_483_647: "ffffffff07", 4_294_967_295: "ffffffff0f" },
};
/** Zigzag: small numbers are short, whatever their sign. */
const SIGNED = {
  ...{ "0": "00", "-1": "01", "1": "02", "-2": "03", "-64": "7f", "64": "8001" },
  ...{ "2147483647": "feffffff0f", "-2147483648": "ffffffff0f" },
};

Deno.test("kafkajs writes numbers as protobuf.dev has them", () => {
  for (const [value, hex] of Object.entries(UNSIGNED)) {
    strictEqual(new Encoder().writeUVarInt(Number(value)).buffer.toString("hex"), hex, value);
  }
  for (const [value, hex] of Object.entries(SIGNED)) {
    strictEqual(new Encoder().writeVarInt(Number(value)).buffer.toString("hex"), hex, value);
  }
});

Deno.test("kafkajs writes numbers and bytes one after another, however many", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 600 })), (parts) => {
    const encoder = new Encoder(1);
    for (const part of parts) encoder.writeVarIntBytes(Buffer.from(part));
    const expected = parts.flatMap((part) => {
      return [...new Encoder().writeVarInt(part.length).buffer, ...part];
    });
    deepStrictEqual([...encoder.buffer], expected);
  }));
});

Deno.test("kafkajs makes no Buffer for a number", () => {
  const encoder = new Encoder();
  const { from } = Buffer;
  let made = 0;
  Buffer.from = ((...args: Parameters<typeof from>) => {
    made++;
    return from(...args);
  }) as typeof from;
  try {
    encoder.writeUVarInt(300).writeVarInt(-64);
  } finally {
    Buffer.from = from;
  }
  deepStrictEqual([made, ...encoder.buffer], [0, 0xac, 0x02, 0x7f]);
});

/** A queue of kafkajs that may have one request in flight. */
function openQueue({ requestTimeout }: { requestTimeout?: number } = {}) {
  return new RequestQueue({
    maxInFlightRequests: 1,
    requestTimeout: requestTimeout ?? 1_000,
    enforceRequestTimeout: requestTimeout !== undefined,
    clientId: "test",
    broker: "broker",
    logger: { debug() {}, warn() {} },
  });
}

/** A request, which expects an answer if it may take so long; `sent` and `answered` are promises. */
function aRequest(correlationId: number, requestTimeout?: number) {
  const sent = Promise.withResolvers<void>();
  const { promise: answered, resolve, reject } = Promise.withResolvers<unknown>();
  const expected = { expectResponse: requestTimeout !== undefined, requestTimeout };
  const entry = { correlationId, apiName: "Test", apiKey: 0, apiVersion: 0, resolve, reject };
  return { entry, ...expected, sendRequest: sent.resolve, sent: sent.promise, answered };
}

Deno.test("kafkajs sets no timer, when no request waits", () => {
  const queue = openQueue();
  queue.push(aRequest(1));
  queue.fulfillRequest({ correlationId: 1, payload: null, size: 0 });
  strictEqual(queue.throttleCheckTimeoutId, null);
});

Deno.test("kafkajs sends what waited, when its broker's throttling ends", async () => {
  const queue = openQueue();
  queue.maybeThrottle(30);
  const request = aRequest(1);
  queue.push(request);
  strictEqual(queue.pending.length, 1);
  await within(10_000, "the request", request.sent);
  strictEqual(queue.throttleCheckTimeoutId, null);
});

Deno.test("kafkajs ends a request that is overdue, and wakes up for nothing else", async () => {
  const queue = openQueue({ requestTimeout: 30 });
  queue.scheduleRequestTimeoutCheck();
  strictEqual(queue.requestTimeoutIntervalId, undefined, "nothing is in flight");
  const [slow, next] = [aRequest(1, 90), aRequest(2, 30)];
  queue.push(slow);
  queue.push(next);
  const begunMs = Date.now();
  await within(10_000, "the first", rejects(slow.answered, /Request Test.* timed out/));
  ok(Date.now() - begunMs >= 90);
  await within(10_000, "the next", rejects(next.answered, /timed out/));
  strictEqual(queue.requestTimeoutIntervalId, undefined, "nothing is in flight any more");
});

Deno.test("kafkajs ends overdue requests of a connection that was made again", async () => {
  const queue = openQueue({ requestTimeout: 30 });
  const cut = aRequest(1, 60_000);
  queue.push(cut);
  queue.rejectAll(new Error("closed"));
  await rejects(cut.answered, /closed/);
  queue.scheduleRequestTimeoutCheck();
  const request = aRequest(2, 30);
  queue.push(request);
  await within(10_000, "the request", rejects(request.answered, /timed out/));
});
