// Goal: members of a group hold every partition once, whoever comes, goes or cannot be reached.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { GroupMember, type GroupMemberOptions } from "../../src/kafka/group_member.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { eventually, within } from "../deadline.ts";
import { freePort } from "../services/free_port.ts";
import { startKafka } from "../services/kafka.ts";
import { uniqueName } from "../services/unique_name.ts";
import { serviceTest } from "../services/with_services.ts";
import { connectionTo, FakeTelemetry, plainKafka, sharedBootstrap } from "./kafka_fixture.ts";

const DEADLINE_MS = 60_000;
const sharedTest = serviceTest("kafka");
const ownTest = serviceTest("own kafka");

type Options = Partial<GroupMemberOptions> & { bootstrap?: string };

/** A member that leaves at the end of its scope. */
class TestMember implements AsyncDisposable {
  readonly telemetry = new FakeTelemetry();
  readonly #member: GroupMember;
  readonly #end = new AbortController();
  readonly #ended: Promise<void>;

  constructor({ bootstrap, ...options }: Options) {
    this.#member = new GroupMember({
      connection: connectionTo(bootstrap ?? sharedBootstrap()),
      topic: "unset",
      group: "unset",
      createTopic: true,
      partitions: 12,
      replicationFactor: -1,
      sessionTimeoutMs: 6_000,
      whenUnreachable: "check",
      clock: systemClock,
      telemetry: this.telemetry,
      ...options,
    });
    this.#ended = this.#member.run(this.#end.signal);
  }

  /** What it may count on now. */
  get held(): number[] {
    const { partitions, leftMs } = this.#member.share;
    return leftMs > 0 ? partitions.map(([partition]) => partition) : [];
  }

  get of(): number {
    return this.#member.share.of;
  }

  /** How often it was given its partitions. */
  get joins(): number {
    return this.telemetry.counters.get("sitemon_group_joins_total") ?? 0;
  }

  async holds(count: number): Promise<number[]> {
    const held = await eventually(
      DEADLINE_MS,
      `${count} partitions`,
      () => this.held.length === count ? this.held : undefined,
    );
    return held.sort((a, b) => a - b);
  }

  async leave(): Promise<void> {
    this.#end.abort();
    await within(10_000, "leaving", this.#ended);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.leave();
  }
}

function aGroup() {
  const topic = uniqueName("topic");
  return { topic, group: `${topic}/checkers@here` };
}

const ALL = Array.from({ length: 12 }, (_, partition) => partition);

sharedTest(
  "members hold each partition once, and what one leaves is the others' at once",
  async () => {
    const group = aGroup();
    await using a = new TestMember(group);
    deepStrictEqual(await a.holds(12), ALL);
    await using b = new TestMember(group);
    await using c = new TestMember(group);
    const shares = await Promise.all([a.holds(4), b.holds(4), c.holds(4)]);
    deepStrictEqual(shares.flat().sort((x, y) => x - y), ALL);
    strictEqual(a.of, 12);
    await c.leave();
    deepStrictEqual(c.held, []);
    const [ofA, ofB] = await Promise.all([a.holds(6), b.holds(6)]);
    deepStrictEqual([...ofA, ...ofB].sort((x, y) => x - y), ALL);
    ok(shares[0].every((partition) => ofA.includes(partition)), "what a member holds it keeps");
    deepStrictEqual(a.telemetry.dependencies.at(-1), { ok: true });
  },
);

sharedTest("groups do not disturb each other on one topic", async () => {
  const { topic } = aGroup();
  await using east = new TestMember({ topic, group: `${topic}/checkers@east` });
  await using west = new TestMember({ topic, group: `${topic}/checkers@west` });
  deepStrictEqual(await east.holds(12), ALL);
  deepStrictEqual(await west.holds(12), ALL);
});

sharedTest("members beyond the number of partitions hold none, and are well", async () => {
  const group = { ...aGroup(), partitions: 1 };
  await using a = new TestMember(group);
  await using b = new TestMember(group);
  await eventually(DEADLINE_MS, "one holder", () => {
    const areTold = a.of === 1 && b.of === 1;
    return areTold && a.held.length + b.held.length === 1 || undefined;
  });
  for (const { telemetry } of [a, b]) deepStrictEqual(telemetry.dependencies.at(-1), { ok: true });
});

Deno.test("a member that reaches no broker holds nothing, and says why", async () => {
  await using member = new TestMember({ ...aGroup(), bootstrap: `127.0.0.1:${freePort()}` });
  const [first] = member.telemetry.dependencies;
  strictEqual(first!.reason, "joining");
  await eventually(DEADLINE_MS, "a reason", () => {
    return member.telemetry.dependencies.at(-1)?.reason === "unreachable" || undefined;
  });
  deepStrictEqual(member.held, []);
});

sharedTest("a member says that the topic is missing, when it may not make it", async () => {
  await using member = new TestMember({ ...aGroup(), createTopic: false });
  await eventually(DEADLINE_MS, "a reason", () => {
    return member.telemetry.dependencies.at(-1)?.reason === "topic_missing" || undefined;
  });
  deepStrictEqual(member.held, []);
});

/** The broker that the group is asked of: there is one partition of the topic that holds the groups. */
async function coordinatorOf(bootstrap: string): Promise<number> {
  const admin = plainKafka(bootstrap).admin();
  await admin.connect();
  const { topics } = await admin.fetchTopicMetadata({ topics: ["__consumer_offsets"] });
  await admin.disconnect();
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
