import { ok, strictEqual } from "node:assert/strict";
import type { KafkaConnectionOptions } from "../../src/kafka/client/kafka_client.ts";
import { KafkaConsumer } from "../../src/kafka/kafka_consumer.ts";
import { GroupMember } from "../../src/kafka/group/group_member.ts";
import { PublishError } from "../../src/outbox/publisher.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { eventually } from "../support/waiting.ts";
import { serviceTest } from "../services/with_services.ts";
import { FakeTelemetry, rows, TestPublisher } from "./kafka_fixture.ts";
import { ALICE, BOB, type SecuredKafka, startSecuredKafka } from "./secured_kafka.ts";

const securedTest = serviceTest("own kafka");

type Connection = Omit<KafkaConnectionOptions, "servers" | "clientId">;

function connectionOptions(kafka: SecuredKafka, options: Connection) {
  return { servers: [kafka.cluster.bootstrap], clientId: "sitemon-test", ...options };
}

/** What the first batches come to: `stored`, or the failure. */
async function outcomeOf(connection: KafkaConnectionOptions): Promise<string> {
  await using publisher = new TestPublisher({ connection, topic: "secured", partitions: 1 });
  let attempts = 0;
  return await eventually(60_000, "an outcome", async () => {
    try {
      await publisher.publish(rows(1));
      return "stored";
    } catch (error) {
      ok(error instanceof PublishError);
      ok(!error.message.includes("secret"), error.message);
      return error.isTemporary && ++attempts <= 10 ? undefined : error.failure;
    }
  }, 200);
}

securedTest("publish() tells apart what is wrong with TLS, login and rights", async () => {
  await using kafka = await startSecuredKafka();
  const trusting = { ca: kafka.certificate, insecure: false };
  const table: [string, Connection][] = [
    ["stored", { tls: trusting, sasl: ALICE }],
    ["stored", { tls: { ...trusting, serverName: "broker.test" }, sasl: ALICE }],
    ["stored", { tls: { insecure: true }, sasl: ALICE }],
    ["tls", { tls: { insecure: false }, sasl: ALICE }],
    ["tls", { tls: { ca: kafka.otherCertificate, insecure: false }, sasl: ALICE }],
    ["tls", { tls: { ...trusting, serverName: "elsewhere.test" }, sasl: ALICE }],
    ["authentication", { tls: trusting, sasl: { ...ALICE, password: "wrong-secret" } }],
    ["authentication", { tls: trusting, sasl: { ...BOB, password: "wrong-secret" } }],
    ["authentication", { tls: trusting, sasl: { ...ALICE, mechanism: "scram-sha-512" } }],
    ["authorization", { tls: trusting, sasl: BOB }],
    ["unreachable", { tls: trusting }],
    ["unreachable", { sasl: ALICE }],
  ];
  const seen = [];
  for (const [, options] of table) seen.push(await outcomeOf(connectionOptions(kafka, options)));
  strictEqual(seen.join("\n"), table.map(([expected]) => expected).join("\n"));
});

securedTest("run() says that rights are missing, and waits", async () => {
  await using kafka = await startSecuredKafka();
  const tls = { ca: kafka.certificate, insecure: false };
  const options = (telemetry: FakeTelemetry) => ({
    connection: connectionOptions(kafka, { tls, sasl: BOB }),
    topic: "secured",
    group: "secured",
    createTopic: false,
    partitions: 1,
    replicationFactor: -1,
    clock: systemClock,
    telemetry,
  });
  const end = new AbortController();
  const [ofConsumer, ofMember] = [new FakeTelemetry(), new FakeTelemetry()];
  const consumer = new KafkaConsumer({ ...options(ofConsumer), chunkMessagesMax: 1_000 });
  const sharing = { sessionTimeoutMs: 6_000, whenUnreachable: "check" } as const;
  const member = new GroupMember({ ...options(ofMember), ...sharing });
  const running = [
    consumer.run(() => Promise.resolve(), end.signal),
    member.run(end.signal),
  ];
  for (const { dependencies } of [ofConsumer, ofMember]) {
    await eventually(60_000, "readiness", () => {
      return dependencies.at(-1)?.reason === "authorization" || undefined;
    });
  }
  end.abort();
  await Promise.all(running);
});
