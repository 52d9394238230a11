import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { GapTopicPublisher } from "../../src/kafka/gap_topic_publisher.ts";
import { PublishError } from "../../src/outbox/publisher.ts";
import { gapRow, publisherContract, reportRow } from "../contract/publisher_contract.ts";
import { FakePublisher } from "../outbox/fake_publisher.ts";
import { decodeMessage } from "../../src/report/codec.ts";

publisherContract("GapTopicPublisher", () => {
  const [reports, gaps] = [new FakePublisher(), new FakePublisher()];
  const publisher = new GapTopicPublisher({ reports, gaps });
  return Promise.resolve({
    publisher,
    payloadBytesMax: reports.payloadBytesMax,
    received: () =>
      Promise.resolve(
        [...reports.received, ...gaps.received].map(({ payload }) => decodeMessage(payload)),
      ),
    [Symbol.asyncDispose]: () => publisher.close(),
  });
}, { deadlineMs: 1_000 });

Deno.test("GapTopicPublisher takes what it can, when one of its topics fails", async () => {
  const [reports, gaps] = [new FakePublisher(), new FakePublisher()];
  const publisher = new GapTopicPublisher({ reports, gaps });
  const rows = [reportRow(1), gapRow(2, 2, 9), reportRow(10)];
  gaps.failure = new PublishError("topic_missing", "no topic of gaps");
  const result = await publisher.publish(rows);
  deepStrictEqual([result.acknowledged, result.failure], [[1, 10], gaps.failure]);
  await rejects(publisher.publish([rows[1]!]), gaps.failure);
  await publisher.close();
  strictEqual(reports.isClosed && gaps.isClosed, true);
});
