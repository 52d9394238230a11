// Goal: a row is deleted only when the answer names its partition, whatever a send resolves to.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { startKafka } from "../../services/kafka.ts";
import { serviceTest } from "../../services/with_services.ts";
import { ForgetfulProxy } from "./forgetful_proxy.ts";
import { makeTopic, readTopic, rows, sequenceOf, TestPublisher } from "../kafka_fixture.ts";

const ownTest = serviceTest("own kafka");

ownTest("publish() acknowledges no row whose partition the answer leaves out", async () => {
  await using proxy = new ForgetfulProxy();
  await using kafka = await startKafka({ advertised: [proxy.address] });
  proxy.targetPort = Number(kafka.bootstrap.split(":")[1]);
  await using publisher = new TestPublisher({ bootstrap: proxy.address });
  await makeTopic(proxy.address, publisher.topic, { partitions: 3 });

  const { acknowledged, failure } = await publisher.publish(rows(30));

  const [forgotten, ...others] = proxy.forgotten;
  deepStrictEqual(others, [], "one send, one answer");
  const placed = await readTopic(proxy.address, publisher.topic);
  const answered = placed.filter(({ partition }) => partition !== forgotten).map(sequenceOf);
  ok(answered.length > 0 && answered.length < 30, "both kinds are there");
  deepStrictEqual(acknowledged.toSorted((a, b) => a - b), answered.sort((a, b) => a - b));
  strictEqual(failure?.failure, "rejected");
});
