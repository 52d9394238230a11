import { ok, rejects, strictEqual } from "node:assert/strict";
import { clusterIdOf, ensureTopic, KafkaAdmin } from "../../../src/kafka/client/kafka_admin.ts";
import { KafkaClient } from "../../../src/kafka/client/kafka_client.ts";
import { KafkaError } from "../../../src/kafka/kafka_error.ts";
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import { startKafka } from "../../services/kafka.ts";
import { serviceTest } from "../../services/with_services.ts";
import { uniqueName } from "../../support/unique_name.ts";
import { makeTopic, publisherOptions, sharedBootstrap } from "../kafka_fixture.ts";

const kafkaTest = serviceTest("kafka");

function asked(servers: readonly string[]): Promise<string> {
  return clusterIdOf({ connection: { servers, clientId: "test" }, clock });
}

kafkaTest("clusterIdOf() is the same whenever it is asked", async () => {
  const servers = Deno.env.get("SITEMON_TEST_KAFKA")!.split(",");
  const id = await asked(servers);
  ok(id.length > 0);
  strictEqual(await asked(["127.0.0.1:1", ...servers]), id);
});

Deno.test("clusterIdOf() says that no broker answers", async () => {
  await rejects(
    asked(["127.0.0.1:1"]),
    (error) => error instanceof KafkaError && error.failure === "unreachable",
  );
});

for (
  const [what, options, reason] of [
    ["more replicas than there are brokers", { replicationFactor: 3 }, {
      code: "INVALID_REPLICATION_FACTOR",
      message: /^topic "TOPIC" cannot be created: .*Unable to replicate the partition 3 time\(s\)/,
    }],
    ["a name that another hides", { other: true }, {
      code: "INVALID_TOPIC_EXCEPTION",
      message: /^topic "TOPIC" cannot be created: .*collides with existing topics?: /,
    }],
    ["a retention that is none", { retentionMs: -7 }, {
      code: "INVALID_CONFIG",
      message:
        /^topic "TOPIC" cannot be created: .*Invalid value -7 for configuration retention\.ms/,
    }],
  ] as const
) {
  kafkaTest(`ensureTopic() rejects with the broker's own reason for ${what}`, async () => {
    const { other, ...overrides } = { other: false, ...options };
    const topic = uniqueName("topic.dotted");
    if (other) await makeTopic(sharedBootstrap(), topic.replaceAll(".", "_"));
    const access = publisherOptions({ topic, ...overrides });
    using client = new KafkaClient("asking", access);
    const message = new RegExp(reason.message.source.replace("TOPIC", topic));
    await rejects(ensureTopic(client, access), { ...reason, message, failure: "rejected" });
  });
}

serviceTest("own kafka")("assertGroup() waits for the first group of a new cluster", async () => {
  await using kafka = await startKafka();
  const access = publisherOptions({ bootstrap: kafka.bootstrap });
  using client = new KafkaClient("asking", access);
  await ensureTopic(client, access);
  await using admin = new KafkaAdmin(client);
  await admin.connect();
  await admin.assertGroup("first", access.topic, clock);
});
