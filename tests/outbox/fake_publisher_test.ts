import { PublishError } from "../../src/outbox/publisher.ts";
import { decodeMessage } from "../../src/report/codec.ts";
import { publisherContract } from "../contract/publisher_contract.ts";
import { FakePublisher } from "./fake_publisher.ts";

publisherContract("FakePublisher", () => {
  const publisher = new FakePublisher();
  return Promise.resolve({
    publisher,
    payloadBytesMax: publisher.payloadBytesMax,
    received: () =>
      Promise.resolve(publisher.received.map(({ payload }) => decodeMessage(payload))),
    interrupt() {
      publisher.failure = new PublishError("unreachable", "the test says so");
      return Promise.resolve(() => {
        publisher.failure = undefined;
        return Promise.resolve();
      });
    },
    [Symbol.asyncDispose]: () => publisher.close(),
  });
}, { deadlineMs: 1_000 });
