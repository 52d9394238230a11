/**
 * What every Kafka client promises, against real brokers: the port is `src/kafka/client_port.ts`.
 * What the topics hold is written and read by a client of the tests' own.
 */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import type {
  Apply,
  ClientPort,
  Committed,
  ConsumerSessionOptions,
  GroupConnectionOptions,
  GroupPort,
  Joined,
  OutgoingMessage,
  ReceivedMessage,
} from "../../src/kafka/client_port.ts";
import { ID_HEADER } from "../../src/kafka/id_header.ts";
import { KafkaError, type KafkaFailure } from "../../src/kafka/kafka_error.ts";
import type { Jump } from "../../src/kafka/read_positions.ts";
import { SCHEMA_ID_HEADER } from "../../src/kafka/schema_name.ts";
import { systemClock as clock } from "../../src/runtime/clock.ts";
import {
  administer,
  connectionTo,
  makeTopic,
  publisherOptions,
  readTopic,
  sendMessages,
  sharedBootstrap,
} from "../kafka/kafka_fixture.ts";
import { startKafka } from "../services/kafka.ts";
import { serviceTest } from "../services/with_services.ts";
import { freePort } from "../support/free_port.ts";
import { uniqueName } from "../support/unique_name.ts";
import { eventually, within } from "../support/waiting.ts";

const sharedTest = serviceTest("kafka");
const ownTest = serviceTest("own kafka");

const DEADLINE_MS = 60_000;
/** For what a client has to end at once, on a busy machine. */
const ENDING_MS = 2_500;
const LOG_FILE = "00000000000000000000.log";

/** Registers the tests of the contract for one client. */
export function kafkaClientContract(name: string, client: ClientPort): void {
  const titled = (test: typeof sharedTest): typeof sharedTest => (promise, run) =>
    test(`${name}: ${promise}`, run);
  const tests = { shared: titled(sharedTest), own: titled(ownTest) };
  sends(client, tests.shared);
  consumes(client, tests);
  administers(client, tests);
  joinsGroups(client, tests.shared);
  ends(client, tests.shared);
}

interface Tests {
  readonly shared: typeof sharedTest;
  readonly own: typeof ownTest;
}

function outgoing(key: string, value: string | Buffer, headers = {}): OutgoingMessage {
  return { key: Buffer.from(key), value: Buffer.from(value), headers };
}

function failsAs(failure: KafkaFailure, code?: string) {
  return (error: unknown) => {
    ok(error instanceof KafkaError, String(error));
    deepStrictEqual([error.failure, code === undefined ? code : error.code], [failure, code]);
    return true;
  };
}

function sends({ ProducerSession }: ClientPort, test: Tests["shared"]): void {
  /** The murmur2 of keys, as the tests of Kafka's own client have them (`UtilsTest`). */
  const HASHES = {
    "21": -973_932_308,
    "foobar": -790_332_482,
    "a-little-bit-long-string": -985_981_536,
    "a-little-bit-longer-string": -1_486_304_829,
    "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58_897_971,
    "abc": 479_470_107,
  };

  for (const compression of ["none", "gzip", "zstd"] as const) {
    test(`send() keeps order, bytes and headers, compression ${compression}`, async () => {
      const options = publisherOptions({ compression });
      using session = new ProducerSession(options);
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      const sent = { [ID_HEADER]: "producer/7", [SCHEMA_ID_HEADER]: bytes };
      const messages = Object.keys(HASHES).flatMap((key) =>
        [1, 2, 3].map((place) => outgoing(key, Buffer.concat([Buffer.of(place), bytes]), sent))
      );
      const stored = await session.send(messages);
      deepStrictEqual([...stored], messages);
      const read = await readTopic(sharedBootstrap(), options.topic);
      strictEqual(read.length, messages.length);
      for (const [key, hash] of Object.entries(HASHES)) {
        const own = read.filter((message) => String(message.key) === key);
        const partition = (hash & 0x7fff_ffff) % options.partitions;
        deepStrictEqual(own.map((message) => message.partition), Array(3).fill(partition), key);
        deepStrictEqual(own.map(({ value }) => value![0]), [1, 2, 3], key);
        for (const { value, headers } of own) {
          deepStrictEqual(value!.subarray(1), bytes);
          deepStrictEqual({ ...headers }, { ...sent, [ID_HEADER]: Buffer.from("producer/7") });
        }
      }
    });
  }

  test("send() confirms no message that its partition refused, and goes on", async () => {
    const topic = uniqueName("topic");
    const settings = { "max.message.bytes": "2000" };
    await makeTopic(sharedBootstrap(), topic, { partitions: 3, settings });
    using session = new ProducerSession(publisherOptions({ topic }));
    // Of another partition.
    const fits = outgoing("a-little-bit-long-string", "fits");
    const refused = outgoing("foobar", Buffer.alloc(5_000));
    const result = await session.send([refused, fits]).catch((error) => error);
    if (result instanceof Error) failsAs("rejected", "MESSAGE_TOO_LARGE")(result);
    else deepStrictEqual([...result], [fits]);
    const again = outgoing("foobar", "again");
    deepStrictEqual([...await session.send([again])], [again]);
    const read = await readTopic(sharedBootstrap(), topic);
    deepStrictEqual(read.map(({ value }) => String(value)).sort(), ["again", "fits"]);
  });

  test("send() makes the topic if it may, and says how its settings lose reports", async () => {
    const told: string[] = [];
    const onTopicProblems = (problems: readonly string[]) => void told.push(...problems);
    using session = new ProducerSession(publisherOptions({ retentionMs: 60_000, onTopicProblems }));
    strictEqual((await session.send([outgoing("key", "value")])).size, 1);
    deepStrictEqual(told.map((problem) => problem.split(":")[0]), ['"retention.ms" is 60000']);
    using other = new ProducerSession(publisherOptions({ createTopic: false }));
    await rejects(other.connect(), failsAs("topic_missing"));
    await rejects(other.send([outgoing("key", "value")]), failsAs("topic_missing"));
  });
}

/** A session that keeps what it was given; it leaves the group at the end of its scope. */
class TestSession implements AsyncDisposable {
  readonly received: ReceivedMessage[] = [];
  readonly jumps: Jump[] = [];
  assigned: readonly number[] = [];
  readonly #end = new AbortController();
  readonly #ended: Promise<void>;

  constructor(
    { ConsumerSession }: ClientPort,
    { bootstrap = sharedBootstrap(), ...options }:
      & Pick<ConsumerSessionOptions, "topic" | "group">
      & Partial<ConsumerSessionOptions>
      & { readonly bootstrap?: string },
  ) {
    const session = new ConsumerSession({
      connection: connectionTo(bootstrap),
      clock,
      chunkMessagesMax: 1_000,
      apply: (messages) => Promise.resolve(this.keep(messages)),
      watch: () => Promise.resolve(),
      onActivity: () => {},
      onAssigned: (partitions) => this.assigned = partitions,
      onJump: (jump) => this.jumps.push(jump),
      onCreatedAgain: () => {},
      ...options,
    });
    this.#ended = session.run(this.#end.signal);
    this.#ended.catch(() => {});
  }

  keep(messages: readonly ReceivedMessage[]): void {
    this.received.push(...messages);
  }

  get values(): string[] {
    return this.received.map(({ value }) => String(value));
  }

  async receives(count: number): Promise<string[]> {
    return await this.until(
      `${count} messages`,
      () => this.received.length >= count && this.values,
    );
  }

  async until<T>(what: string, probe: () => T | false): Promise<T> {
    const answer = eventually(DEADLINE_MS, what, () => probe() || undefined);
    return await Promise.race([answer, this.#ended.then(() => answer)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await within(ENDING_MS, "leaving", this.#ended);
  }
}

async function committed(
  { KafkaAdmin }: ClientPort,
  group: string,
  topic: string,
): Promise<Map<number, Committed>> {
  await using admin = new KafkaAdmin({ connection: connectionTo(sharedBootstrap()), clock });
  await admin.connect();
  return await admin.committedOffsets(group, topic);
}

function consumes(client: ClientPort, { shared, own }: Tests): void {
  const offsetOf = async (topic: string, partition = 0) =>
    (await committed(client, topic, topic)).get(partition)?.offset;
  const untilCommitted = (topic: string, offset: number) =>
    eventually(
      DEADLINE_MS,
      `the commit of ${offset}`,
      async () => await offsetOf(topic) === offset || undefined,
    );
  /** A group of the same name reads it. */
  const aTopic = async (values: readonly string[], partitions = 1) => {
    const topic = uniqueName("topic");
    await makeTopic(sharedBootstrap(), topic, { partitions });
    await write(topic, values);
    return topic;
  };
  const write = (topic: string, values: readonly string[], partition = 0) =>
    sendMessages(sharedBootstrap(), topic, values.map((value) => ({ partition, value })));

  shared("run() hands over messages with what the ingest needs, from the beginning", async () => {
    const topic = await aTopic([]);
    // Retention would take a message that is old.
    const timestampMs = Math.floor(clock.nowMicros() / 1_000) - 60_000;
    const headers = { "sitemon-id": "producer/7", traceparent: "00-trace" };
    const message = { key: "site", value: "7", timestamp: String(timestampMs), headers };
    await sendMessages(sharedBootstrap(), topic, [message, { key: null, value: null }]);
    await using session = new TestSession(client, { topic, group: topic });
    await session.receives(2);
    const [first, tombstone] = session.received;
    deepStrictEqual({ ...first, key: String(first!.key), value: String(first!.value) }, {
      ...{ topic, partition: 0, offset: 0, key: "site", value: "7", timestampMs },
      ...{ sitemonId: "producer/7", traceparent: "00-trace" },
    });
    deepStrictEqual([tombstone!.key, tombstone!.value, tombstone!.sitemonId], [null, null, null]);
  });

  shared("run() commits each chunk after it was applied, and not before", async () => {
    const topic = await aTopic(Array.from({ length: 25 }, (_, index) => `${index}`));
    const seen: unknown[] = [];
    const apply: Apply = async (messages) => {
      seen.push([messages[0]!.offset, messages.length, await offsetOf(topic)]);
    };
    await using _session = new TestSession(client, {
      ...{ topic, group: topic, apply, chunkMessagesMax: 10 },
    });
    await untilCommitted(topic, 25);
    deepStrictEqual(seen, [[0, 10, undefined], [10, 10, 10], [20, 5, 20]]);
  });

  shared("run() reads a partition again of which some is held, and others meanwhile", async () => {
    const topic = await aTopic(["first", "held", "last"], 2);
    let isHeld = true;
    const tries = Promise.withResolvers<void>();
    const apply: Apply = (messages) => {
      const at = messages.findIndex(({ value }) => isHeld && String(value) === "held");
      session.keep(at < 0 ? messages : messages.slice(0, at));
      // The second time, only what was not applied comes again.
      if (at === 0) tries.resolve();
      return Promise.resolve(at < 0 ? undefined : { applied: at, pauseMs: 50 });
    };
    await using session = new TestSession(client, { topic, group: topic, apply });
    await within(DEADLINE_MS, "the second try", tries.promise);
    strictEqual(await offsetOf(topic), 1);
    await write(topic, ["other"], 1);
    deepStrictEqual(await session.receives(2), ["first", "other"]);
    isHeld = false;
    deepStrictEqual(await session.receives(4), ["first", "other", "held", "last"]);
    await untilCommitted(topic, 3);
    deepStrictEqual(session.jumps, []);
  });

  shared(
    "run() shares the partitions between members, and takes over what one leaves",
    async () => {
      const topic = await aTopic([], 2);
      await using first = new TestSession(client, { topic, group: topic });
      await first.until("both", () => first.assigned.length === 2);
      {
        await using second = new TestSession(client, { topic, group: topic });
        await second.until(
          "one each",
          () => [first, second].every(({ assigned }) => assigned.length === 1),
        );
        await write(topic, ["a"], 0);
        await write(topic, ["b"], 1);
        await Promise.all([first.receives(1), second.receives(1)]);
        deepStrictEqual([...first.values, ...second.values].sort(), ["a", "b"]);
      }
      await first.until("both again", () => first.assigned.length === 2);
      await write(topic, ["c"], 0);
      await write(topic, ["d"], 1);
      deepStrictEqual((await first.receives(3)).slice(1).sort(), ["c", "d"]);
      deepStrictEqual(first.jumps, []);
    },
  );

  shared("run() reads its own topic whole, also where its group reads another one", async () => {
    const group = uniqueName("group");
    const topics = [await aTopic([], 3), await aTopic([], 2), await aTopic([], 3)];
    await using stack = new AsyncDisposableStack();
    const sessions = topics.map((topic) => stack.use(new TestSession(client, { topic, group })));
    for (const [index, session] of sessions.entries()) {
      const partitions = index === 1 ? [0, 1] : [0, 1, 2];
      await session.until("its partitions", () => session.assigned.length === partitions.length);
      for (const partition of partitions) await write(topics[index]!, [`${partition}`], partition);
      deepStrictEqual((await session.receives(partitions.length)).sort(), partitions.map(String));
    }
  });

  own("run() hands over a batch that is damaged, whole, and goes on behind it", async () => {
    await using kafka = await startKafka();
    const { bootstrap } = kafka;
    const topic = uniqueName("topic");
    await makeTopic(bootstrap, topic);
    for (const value of ["before", "damaged", "after"]) {
      await sendMessages(
        bootstrap,
        topic,
        ["1", "2"].map((place) => ({
          value: `${value} ${place}`,
        })),
      );
    }
    const path = `${kafka.folder.path}/broker-1/${topic}-0/${LOG_FILE}`;
    const log = Buffer.from(await Deno.readFile(path));
    const start = log.readInt32BE(8) + 12;
    const batch = log.subarray(start, start + 12 + log.readInt32BE(start + 8));
    log[log.indexOf("damaged 2")] = "D".charCodeAt(0);
    await Deno.writeFile(path, log);
    await using session = new TestSession(client, { topic, group: topic, bootstrap });
    await session.receives(5);
    deepStrictEqual(
      session.received.map(({ offset, value, fault }) => [offset, String(value), fault]),
      [
        [0, "before 1", undefined],
        [1, "before 2", undefined],
        [3, String(batch), "the batch of offsets 2 to 3 cannot be read: its checksum is wrong"],
        [4, "after 1", undefined],
        [5, "after 2", undefined],
      ],
    );
  });

  shared(
    "run() commits nothing to a topic that is created again, of what it read before",
    async () => {
      const topic = await aTopic(["old 0", "old 1", "old 2"]);
      const [applying, createdAgain] = [
        Promise.withResolvers<void>(),
        Promise.withResolvers<void>(),
      ];
      const offsets: unknown[] = [];
      await using session = new TestSession(client, {
        ...{ topic, group: topic, onCreatedAgain: () => createdAgain.resolve() },
        apply: async (messages) => {
          applying.resolve();
          await createdAgain.promise;
          offsets.push(await offsetOf(topic));
          session.keep(messages);
        },
      });
      await within(DEADLINE_MS, "applying", applying.promise);
      await administer(sharedBootstrap(), (admin) => admin.deleteTopics({ topics: [topic] }));
      await makeTopic(sharedBootstrap(), topic);
      const values = ["new 0", "new 1", "new 2", "new 3", "new 4"];
      await write(topic, values);
      await within(DEADLINE_MS, "the new topic", createdAgain.promise);
      await session.until("its last message", () => session.values.includes("new 4"));
      deepStrictEqual(session.values, ["old 0", "old 1", "old 2", ...values]);
      deepStrictEqual([session.jumps, ...offsets.slice(0, 2)], [[], undefined, undefined]);
    },
  );
}

function administers(client: ClientPort, { shared, own }: Tests): void {
  const { KafkaAdmin, TopicSampler } = client;
  const connected = async (bootstrap = sharedBootstrap()) => {
    const admin = new KafkaAdmin({ connection: connectionTo(bootstrap), clock });
    await admin.connect();
    return admin;
  };

  shared(
    "ensureTopic() makes the topic that is missing, if it may, with its settings",
    async () => {
      const access = publisherOptions({ retentionMs: 7_200_000 });
      const { topic } = access;
      await using admin = await connected();
      await rejects(admin.ensureTopic({ ...access, createTopic: false }), failsAs("topic_missing"));
      await admin.tryCreating(access);
      await rejects(admin.countPartitions(topic), failsAs("topic_missing"));
      await admin.ensureTopic(access);
      await admin.ensureTopic(access);
      strictEqual(await admin.countPartitions(topic), access.partitions);
      strictEqual((await admin.topicSettings(topic)).get("retention.ms"), "7200000");
    },
  );

  for (
    const [what, options, { code, message }] of [
      ["more replicas than there are brokers", { replicationFactor: 3 }, {
        code: "INVALID_REPLICATION_FACTOR",
        message: "Unable to replicate the partition 3 time(s)",
      }],
      ["a name that another hides", {}, {
        code: "INVALID_TOPIC_EXCEPTION",
        message: "collides with existing topic",
      }],
      ["a retention that is none", { retentionMs: -7 }, {
        code: "INVALID_CONFIG",
        message: "Invalid value -7 for configuration retention.ms",
      }],
    ] as const
  ) {
    shared(`ensureTopic() rejects with the broker's own reason for ${what}`, async () => {
      const topic = uniqueName("topic.dotted");
      if (code === "INVALID_TOPIC_EXCEPTION") {
        await makeTopic(sharedBootstrap(), topic.replaceAll(".", "_"));
      }
      await using admin = await connected();
      await rejects(admin.ensureTopic(publisherOptions({ topic, ...options })), (error: Error) => {
        ok(error.message.startsWith(`topic "${topic}" cannot be created: `), error.message);
        ok(error.message.includes(message), error.message);
        return failsAs("rejected", code)(error);
      });
    });
  }

  shared("describeCluster() is the same, whichever server answers", async () => {
    await using admin = await connected();
    const { clusterId, listeners } = await admin.describeCluster();
    ok(clusterId.length > 0);
    deepStrictEqual(listeners, sharedBootstrap().split(","));
    await using other = await connected(`127.0.0.1:${freePort()},${sharedBootstrap()}`);
    strictEqual((await other.describeCluster()).clusterId, clusterId);
  });

  shared(
    "rangesSince(), committedOffsets() and lags() tell what a group has yet to read",
    async () => {
      const topic = uniqueName("topic");
      const group = topic;
      await makeTopic(sharedBootstrap(), topic, { partitions: 2 });
      const nowMs = Math.floor(clock.nowMicros() / 1_000);
      const messages = [300, 200, 100].map((agoMs) => ({
        ...{ partition: 0, value: `${agoMs}`, timestamp: `${nowMs - agoMs}` },
      }));
      await sendMessages(sharedBootstrap(), topic, messages);
      await using admin = await connected();
      const rangesSince = async (sinceMs?: number) =>
        (await admin.rangesSince(topic, sinceMs)).toSorted((a, b) => a.partition - b.partition);
      const empty = { partition: 1, low: 0, since: 0, end: 0 };
      const all = { partition: 0, low: 0, since: 0, end: 3 };
      deepStrictEqual(await rangesSince(), [all, empty]);
      deepStrictEqual(await rangesSince(nowMs - 200), [{ ...all, since: 1 }, empty]);
      deepStrictEqual(await rangesSince(nowMs - 50), [{ ...all, since: 3 }, empty]);
      deepStrictEqual(await admin.committedOffsets(group, topic), new Map());
      using member = new client.GroupConnection(groupOptions({ topic, group }));
      await member.commit(new Map([[0, 2]]));
      const offsets = await admin.committedOffsets(group, topic);
      deepStrictEqual(offsets, new Map([[0, { offset: 2, topicId: undefined }]]));
      deepStrictEqual(await admin.lags({ topic, group }), new Map([[0, 1], [1, 0]]));
    },
  );

  shared("read() of a sampler begins at the offset, without a group", async () => {
    const topic = uniqueName("topic");
    await makeTopic(sharedBootstrap(), topic, { partitions: 2 });
    const messages = ["0", "1", "2"].map((value) => ({
      ...{ partition: 1, value, headers: { "sitemon-id": `producer/${value}` } },
    }));
    await sendMessages(sharedBootstrap(), topic, messages);
    using sampler = new TopicSampler({ connection: connectionTo(sharedBootstrap()), clock, topic });
    const read = await sampler.read(1, 1);
    deepStrictEqual(
      read.map(({ offset, value, headers }) => [offset, `${value}`, `${headers["sitemon-id"]}`]),
      [["1", "1", "producer/1"], ["2", "2", "producer/2"]],
    );
    deepStrictEqual(await sampler.read(0, 0), []);
  });

  own("assertGroup() waits for the first group of a new cluster", async () => {
    await using kafka = await startKafka();
    const access = publisherOptions({ bootstrap: kafka.bootstrap });
    await using admin = await connected(kafka.bootstrap);
    await admin.ensureTopic(access);
    await admin.assertGroup("first", access.topic, clock);
  });
}

function groupOptions(options: { readonly topic: string; readonly group: string }) {
  return { ...publisherOptions(options), sessionTimeoutMs: 10_000, group: options.group };
}

function joinsGroups({ GroupConnection }: ClientPort, test: Tests["shared"]): void {
  const aGroup = (): GroupConnectionOptions => {
    const topic = uniqueName("topic");
    return groupOptions({ topic, group: topic });
  };
  /** The first member of a group, which assigns itself all partitions. */
  const found = async (connection: GroupPort): Promise<Joined> => {
    await connection.ensureTopic();
    const joined = await eventually(
      DEADLINE_MS,
      "joining",
      () => connection.join("", "claim of a"),
    );
    const count = await connection.countPartitions();
    const partitions = Array.from({ length: count }, (_, partition) => partition);
    const all = { partitions, userData: "of a" };
    deepStrictEqual(await connection.sync(joined, new Map([[joined.memberId, all]])), all);
    return joined;
  };

  test("join() tells the leader of all members, and sync() each of them its part", async () => {
    const options = aGroup();
    using a = new GroupConnection(options);
    using b = new GroupConnection(options);
    const alone = await found(a);
    strictEqual(alone.leaderId, alone.memberId);
    deepStrictEqual(alone.members, [{ memberId: alone.memberId, userData: "claim of a" }]);
    await a.heartbeat(alone.memberId, alone.generationId);

    const joining = b.join("", "claim of b");
    const beat = () => a.heartbeat(alone.memberId, alone.generationId);
    await eventually(
      DEADLINE_MS,
      "a rebalance",
      () =>
        beat().then(() => undefined, ({ code }) => code === "REBALANCE_IN_PROGRESS" || undefined),
    );
    const [ofA, ofB] = await Promise.all([a.join(alone.memberId, "claim of a"), joining]);
    strictEqual(ofA.generationId, ofB.generationId);
    const [leader, follower] = ofA.members.length > 0 ? [ofA, ofB] : [ofB, ofA];
    deepStrictEqual(follower.members, []);
    const claims = leader.members.map(({ memberId, userData }) => [userData, memberId]).sort();
    deepStrictEqual(claims, [["claim of a", ofA.memberId], ["claim of b", ofB.memberId]]);
    const parts = new Map([
      [ofA.memberId, { partitions: [0, 2], userData: "of a" }],
      [ofB.memberId, { partitions: [1], userData: "of b" }],
    ]);
    const partsOf = (joined: Joined) => joined === leader ? parts : new Map();
    const assigned = await Promise.all([a.sync(ofA, partsOf(ofA)), b.sync(ofB, partsOf(ofB))]);
    deepStrictEqual(assigned, [...parts.values()]);
  });

  test("heartbeat() and commit() fence who is not, or no longer, of the generation", async () => {
    const options = aGroup();
    using a = new GroupConnection(options);
    const { memberId, generationId } = await found(a);
    for (
      const [code, request] of [
        ["ILLEGAL_GENERATION", () => a.heartbeat(memberId, generationId + 1)],
        ["UNKNOWN_MEMBER_ID", () => a.heartbeat("nobody", generationId)],
        ["UNKNOWN_MEMBER_ID", () => a.commit(new Map([[0, 0]]))],
      ] as const
    ) {
      await rejects(request(), (error) => error instanceof KafkaError && error.code === code);
    }
    await a.heartbeat(memberId, generationId);
    await a.leave(memberId);
    await rejects(a.heartbeat(memberId, generationId), { code: "UNKNOWN_MEMBER_ID" });
    using later = new GroupConnection(options);
    await later.commit(new Map([[0, 0]]));
  });

  test("leave() lets others go on at once", async () => {
    const options = { ...aGroup(), sessionTimeoutMs: 30_000 };
    using a = new GroupConnection(options);
    const { memberId } = await found(a);
    await a.leave(memberId);
    using b = new GroupConnection(options);
    const joined = await within(8_000, "joining", b.join("", "claim of b"));
    deepStrictEqual(joined.members, [{ memberId: joined.memberId, userData: "claim of b" }]);
  });
}

/** Whatever is asked of a server that cannot be reached, or never answers. */
function ends(client: ClientPort, test: Tests["shared"]): void {
  const asks = {
    "ProducerSession.send()": (server: string) => {
      const session = new client.ProducerSession(publisherOptions({ bootstrap: server }));
      return { part: session, asked: session.send([outgoing("key", "value")]) };
    },
    "KafkaAdmin.connect()": (server: string) => {
      const admin = new client.KafkaAdmin({ connection: connectionTo(server), clock });
      return { part: admin, asked: admin.connect() };
    },
    "GroupConnection.join()": (server: string) => {
      const options = { ...publisherOptions({ bootstrap: server }), sessionTimeoutMs: 10_000 };
      const connection = new client.GroupConnection({ ...options, group: "group" });
      return { part: connection, asked: connection.join("", "") };
    },
    "TopicSampler.read()": (server: string) => {
      const options = { connection: connectionTo(server), clock, topic: "topic" };
      const sampler = new client.TopicSampler(options);
      return { part: sampler, asked: sampler.read(0, 0) };
    },
  };
  for (const [what, ask] of Object.entries(asks)) {
    test(`${what} says that no broker is there, and ends with its owner`, async () => {
      const { part, asked } = ask(`127.0.0.1:${freePort()}`);
      using _part = part;
      await rejects(within(DEADLINE_MS, what, asked as Promise<unknown>), failsAs("unreachable"));

      using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const waiting = ask(`127.0.0.1:${(silent.addr as Deno.NetAddr).port}`);
      using _connection = await silent.accept();
      waiting.part[Symbol.dispose]();
      const ended = rejects(waiting.asked as Promise<unknown>, KafkaError);
      await within(ENDING_MS, what, ended);
    });
  }
}
