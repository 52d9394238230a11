// Goal: whatever a broker does while it is asked is an outage of Kafka, and no fault of the program.
import { ok, rejects } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { ConsumerSession } from "../../../src/kafka/client/consumer_session.ts";
import { GroupConnection } from "../../../src/kafka/client/group_connection.ts";
import { KafkaAdmin } from "../../../src/kafka/client/kafka_admin.ts";
import { ProducerSession } from "../../../src/kafka/client/producer_session.ts";
import { TopicSampler } from "../../../src/kafka/client/topic_sampler.ts";
import type { KafkaPublisherOptions } from "../../../src/kafka/kafka_publisher.ts";
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import { TcpProxy } from "../../chaos/world/tcp_proxy.ts";
import { startKafka } from "../../services/kafka.ts";
import { serviceTest } from "../../services/with_services.ts";
import { uniqueName } from "../../support/unique_name.ts";
import { eventually } from "../../support/waiting.ts";
import { makeTopic, publisherOptions, sendMessages } from "../kafka_fixture.ts";

const GROUP = "nobody";
/** More than anything here asks. */
const REQUESTS_MAX = 60;
const DEADLINE_MS = 60_000;
const MESSAGE = { key: Buffer.from("k"), value: Buffer.from("v"), headers: {} };

/** Asks a broker about the topic, which from `count()` on counts requests, and hangs up at one. */
type Question = (count: () => void) => Promise<unknown>;

function questionsOf(
  options: KafkaPublisherOptions,
  proxy: TcpProxy,
): Readonly<Record<string, Question>> {
  const { topic } = options;
  const asAdmin = (ask: (admin: KafkaAdmin) => Promise<unknown>): Question => async (count) => {
    await using admin = new KafkaAdmin(options);
    await admin.connect();
    count();
    await ask(admin);
  };
  const asMember =
    (ask: (member: GroupConnection) => Promise<unknown>): Question => async (count) => {
      const group = uniqueName("group");
      using member = new GroupConnection({ ...options, group, sessionTimeoutMs: 6_000 });
      count();
      await ask(member);
    };
  return {
    connect: async (count) => {
      count();
      await using admin = new KafkaAdmin(options);
      await admin.connect();
    },
    cluster: asAdmin((admin) => admin.describeCluster()),
    topic: asAdmin((admin) => admin.ensureTopic(options)),
    creation: asAdmin((admin) => admin.tryCreating({ ...options, topic: uniqueName("topic") })),
    partitions: asAdmin((admin) => admin.countPartitions(topic)),
    settings: asAdmin((admin) => admin.topicSettings(topic)),
    ranges: asAdmin((admin) => admin.rangesSince(topic, 0)),
    offsets: asAdmin((admin) => admin.committedOffsets(GROUP, topic)),
    lags: asAdmin((admin) => admin.lags({ topic, group: GROUP })),
    group: asAdmin((admin) => admin.assertGroup(GROUP, topic, clock)),
    commit: asMember((member) => member.commit(new Map([[0, 1]]))),
    member: asMember(async (member) => {
      await member.ensureTopic();
      const joined = await member.join("", "");
      const { memberId, generationId } = joined;
      const partitions = Array.from({ length: await member.countPartitions() }, (_, one) => one);
      await member.sync(joined, new Map([[memberId, { partitions, userData: "" }]]));
      await member.heartbeat(memberId, generationId);
    }),
    sampler: async (count) => {
      using sampler = new TopicSampler(options);
      count();
      for (const offset of [0, 0]) await sampler.read(0, offset);
    },
    producer: async (count) => {
      using producer = new ProducerSession(options);
      count();
      for (const messages of [[MESSAGE], [MESSAGE]]) await producer.send(messages);
    },
    // Waits for a broker that is gone, and so it comes back.
    consumer: async (count) => {
      const end = new AbortController();
      const session = new ConsumerSession({
        ...{ ...options, group: uniqueName("group"), chunkMessagesMax: 10 },
        apply: () => Promise.resolve(end.abort()),
        async watch(signal) {
          const { weather } = proxy;
          const hasHungUp = () => weather.kind === "cutting" && weather.pieces < 0;
          await eventually(DEADLINE_MS, "an end", () => signal.aborted || hasHungUp() || undefined);
          proxy.change({ kind: "fair" });
        },
        ...{ onActivity() {}, onAssigned() {}, onJump() {}, onCreatedAgain() {} },
      });
      count();
      await session.run(end.signal);
    },
  };
}

const ownTest = serviceTest("own kafka");

ownTest("a broker that hangs up at any request is unreachable, to all who ask", async () => {
  await using proxy = new TcpProxy();
  await using kafka = await startKafka({ advertised: [proxy.address] });
  proxy.targetPort = Number(kafka.bootstrap.split(":")[1]);
  const options = publisherOptions({ bootstrap: proxy.address });
  const { topic } = options;
  await makeTopic(proxy.address, topic);
  await sendMessages(proxy.address, topic, [{ key: "a", value: "b", partition: 0 }]);
  // The cluster makes what groups need for the first one.
  await using first = new KafkaAdmin(options);
  await first.connect();
  await first.assertGroup(GROUP, topic, clock);
  for (const [name, ask] of Object.entries(questionsOf(options, proxy))) {
    let requests = 0;
    for (; requests < REQUESTS_MAX; requests++) {
      const weather = { kind: "cutting" as const, pieces: requests };
      const asked = await ask(() => proxy.change(weather)).catch((error) => error);
      proxy.change({ kind: "fair" });
      if (asked instanceof Error) {
        const expected = { name: "KafkaError", failure: "unreachable" };
        await rejects(Promise.reject(asked), expected, `${name} ${requests}`);
      }
      if (weather.pieces >= 0) break;
      ok(asked instanceof Error || name === "consumer", `${name} ${requests} passed over it`);
    }
    ok(requests > 0 && requests < REQUESTS_MAX, `${name} made ${requests} requests`);
  }
});

Deno.test("a broker that has never answered is unreachable, however often it is asked", async () => {
  await using proxy = new TcpProxy();
  proxy.change({ kind: "silent" });
  await using admin = new KafkaAdmin(publisherOptions({ bootstrap: proxy.address }));
  await rejects(admin.connect(), { name: "KafkaError", failure: "timeout" });
  await rejects(admin.describeCluster(), { name: "KafkaError", failure: "unreachable" });
});
