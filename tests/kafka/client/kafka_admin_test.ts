// Goal: whatever a broker does while it is asked is an outage of Kafka, and no fault of the program.
import { ok, rejects } from "node:assert/strict";
import { KafkaAdmin } from "../../../src/kafka/client/kafka_admin.ts";
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import { TcpProxy } from "../../chaos/world/tcp_proxy.ts";
import { startKafka } from "../../services/kafka.ts";
import { serviceTest } from "../../services/with_services.ts";
import { makeTopic, publisherOptions } from "../kafka_fixture.ts";

const GROUP = "nobody";
/** More than any question has. */
const REQUESTS_MAX = 20;

const ownTest = serviceTest("own kafka");

ownTest("a broker that ends the connection at any request is unreachable", async () => {
  await using proxy = new TcpProxy();
  await using kafka = await startKafka({ advertised: [proxy.address] });
  proxy.targetPort = Number(kafka.bootstrap.split(":")[1]);
  const options = publisherOptions({ bootstrap: proxy.address });
  const { topic } = options;
  await makeTopic(proxy.address, topic);
  // The cluster makes what groups need for the first one.
  await using first = new KafkaAdmin(options);
  await first.connect();
  await first.assertGroup(GROUP, topic, clock);
  const questions: Record<string, (admin: KafkaAdmin) => Promise<unknown>> = {
    cluster: (admin) => admin.describeCluster(),
    topic: (admin) => admin.ensureTopic(options),
    partitions: (admin) => admin.countPartitions(topic),
    settings: (admin) => admin.topicSettings(topic),
    ranges: (admin) => admin.rangesSince(topic, 0),
    offsets: (admin) => admin.committedOffsets(GROUP, topic),
  };
  for (const [name, ask] of Object.entries(questions)) {
    let pieces = 0;
    for (; pieces < REQUESTS_MAX; pieces++) {
      await using admin = new KafkaAdmin(options);
      await admin.connect();
      const weather = { kind: "cutting" as const, pieces };
      proxy.change(weather);
      const asked = await ask(admin).catch((error) => error);
      proxy.change({ kind: "fair" });
      if (weather.pieces > 0 || !(asked instanceof Error)) break;
      await rejects(
        Promise.reject(asked),
        { name: "KafkaError", failure: "unreachable" },
        `${name} ${pieces}`,
      );
    }
    ok(pieces > 0 && pieces < REQUESTS_MAX, `${name} took ${pieces} requests`);
  }
});

Deno.test("a broker that has never answered is unreachable, however often it is asked", async () => {
  await using proxy = new TcpProxy();
  proxy.change({ kind: "silent" });
  await using admin = new KafkaAdmin(publisherOptions({ bootstrap: proxy.address }));
  await rejects(admin.connect(), { name: "KafkaError", failure: "timeout" });
  await rejects(admin.describeCluster(), { name: "KafkaError", failure: "unreachable" });
});
