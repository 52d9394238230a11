import { deepStrictEqual, ok } from "node:assert/strict";
import { GapTopicPublisher } from "../../../src/kafka/gap_topic_publisher.ts";
import { KafkaPublisher } from "../../../src/kafka/kafka_publisher.ts";
import { subjectsOf } from "../../../src/kafka/registry/subjects.ts";
import { openPublisher } from "../../../src/threads/relay/open_publisher.ts";
import { gapRow, reportRow } from "../../contract/publisher_contract.ts";
import { publisherOptions, readTopic, sharedBootstrap } from "../../kafka/kafka_fixture.ts";
import { FakeNotes, registryConnection } from "../../kafka/registry/registry_fixture.ts";
import { serviceTest } from "../../services/with_services.ts";

Deno.test("openPublisher() makes two publishers where gaps have a topic of their own", async () => {
  const { format: _, clock, telemetry, ...setup } = publisherOptions({ bootstrap: "127.0.0.1:1" });
  const parts = { notes: new FakeNotes(), clock, telemetry };
  for (const format of ["single_object", "v1"] as const) {
    const one = openPublisher({ ...setup, format }, parts);
    ok(one instanceof KafkaPublisher);
    const gapTopic = { topic: "gaps", partitions: 1 };
    const both = openPublisher({ ...setup, format, gapTopic }, parts);
    ok(both instanceof GapTopicPublisher);
    await Promise.all([one.close(), both.close()]);
  }
});

serviceTest("kafka", "registry")(
  "openPublisher() writes gaps to their topic, under the subject of that topic",
  async () => {
    const { format: _, clock, telemetry, ...setup } = publisherOptions();
    const gapTopic = { topic: `${setup.topic}-gaps`, partitions: 1 };
    const subjects = subjectsOf(setup.topic, "topic_name", gapTopic.topic);
    deepStrictEqual(subjects.map(({ subject }) => subject), [
      `${setup.topic}-value`,
      `${gapTopic.topic}-value`,
    ]);
    const connection = registryConnection();
    const registry = { connection, subjects, autoRegister: true, inHeader: false };
    const publisher = openPublisher(
      { ...setup, format: "confluent", registry, gapTopic },
      { notes: new FakeNotes(), clock, telemetry },
    );
    const rows = [reportRow(1), gapRow(2, 2, 9), reportRow(10)];
    const { acknowledged } = await publisher.publish(rows);
    deepStrictEqual([...acknowledged], [1, 10, 2]);
    await publisher.close();
    for (const [topic, count] of [[setup.topic, 2], [gapTopic.topic, 1]] as const) {
      const values = (await readTopic(sharedBootstrap(), topic)).map(({ value }) => value![0]);
      deepStrictEqual(values, Array(count).fill(0));
    }
  },
);
