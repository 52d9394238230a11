import { strictEqual } from "node:assert/strict";
import RequestQueue from "kafkajs/request-queue";
import "../../../src/kafka/client/resting_requests.ts";
import { within } from "../../support/waiting.ts";

const DEADLINE_MS = 10_000;

/** A queue of kafkajs that may have one request under way. */
function openQueue() {
  return new RequestQueue({
    maxInFlightRequests: 1,
    requestTimeout: 1_000,
    enforceRequestTimeout: false,
    clientId: "test",
    broker: "broker",
    logger: { debug() {}, warn() {} },
  });
}

/** A request that expects no answer; its promise resolves when it is sent. */
function aRequest(correlationId: number) {
  const sent = Promise.withResolvers<void>();
  const entry = { correlationId, apiKey: 0, apiVersion: 0, resolve() {}, reject() {} };
  return { entry, expectResponse: false, sendRequest: sent.resolve, sent: sent.promise };
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
  await within(DEADLINE_MS, "the request", request.sent);
  strictEqual(queue.throttleCheckTimeoutId, null);
});
