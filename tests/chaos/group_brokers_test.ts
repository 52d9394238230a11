// Goal: brokers that die move nothing between the members of a group, and an outage leaves no site out.
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { eventually } from "../support/waiting.ts";
import { administer } from "../kafka/kafka_fixture.ts";
import { aGroup, DEADLINE_MS, TestMember } from "../kafka/group/test_member.ts";
import { startKafka } from "../services/kafka.ts";
import { serviceTest } from "../services/with_services.ts";

const ownTest = serviceTest("own kafka");

/** The broker that the group is asked of: there is one partition of the topic that holds the groups. */
async function coordinatorOf(bootstrap: string): Promise<number> {
  const { topics } = await administer(bootstrap, (admin) => {
    return admin.fetchTopicMetadata({ topics: ["__consumer_offsets"] });
  });
  return topics[0]!.partitions[0]!.leader;
}

ownTest(
  "members keep what they hold, when the coordinator dies, and when every broker does",
  async () => {
    await using kafka = await startKafka({ brokers: 3 });
    const group = { ...aGroup(), bootstrap: kafka.bootstrap };
    await using checking = new TestMember(group);
    await using pausing = new TestMember({ ...group, whenUnreachable: "pause" });
    const held = await Promise.all([checking.holds(6), pausing.holds(6)]);
    const joins = checking.joins;

    const id = await coordinatorOf(kafka.bootstrap);
    await kafka.brokers.find((broker) => broker.id === id)!.kill();
    const said = pausing.telemetry.dependencies;
    await eventually(DEADLINE_MS, "an outage", () => said.at(-1)?.ok === false || undefined);
    await eventually(DEADLINE_MS, "another coordinator", () => said.at(-1)?.ok || undefined);
    deepStrictEqual(await Promise.all([checking.holds(6), pausing.holds(6)]), held);
    strictEqual(checking.joins, joins, "nobody had to join again");

    await Promise.all(kafka.brokers.map((broker) => broker.kill()));
    deepStrictEqual(await pausing.holds(0), [], "one holds nothing once its session has ended");
    deepStrictEqual(await checking.holds(6), held[0], "the other goes on");
    await Promise.all(kafka.brokers.map((broker) => broker.start()));
    deepStrictEqual(await Promise.all([checking.holds(6), pausing.holds(6)]), held);
  },
);
