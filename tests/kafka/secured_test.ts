import { ok, strictEqual } from "node:assert/strict";
import type { KafkaConnectionOptions } from "../../src/kafka/client_port.ts";
import { KafkaConsumer } from "../../src/kafka/kafka_consumer.ts";
import { GroupMember } from "../../src/kafka/group/group_member.ts";
import { PublishError } from "../../src/outbox/publisher.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { startKafka } from "../services/kafka.ts";
import { Authority } from "../support/certificates.ts";
import { eventually } from "../support/waiting.ts";
import { serviceTest } from "../services/with_services.ts";
import { connectionTo, FakeTelemetry, rows, TestPublisher } from "./kafka_fixture.ts";

const securedTest = serviceTest("own kafka");

/** May do everything. */
const ALICE = {
  mechanism: "scram-sha-256",
  username: "alice",
  password: "alice-secret",
} as const;
/** May do nothing. */
const BOB = { mechanism: "plain", username: "bob", password: "bob-secret" } as const;

function jaas(module: string, options: Record<string, string>): string {
  const pairs = Object.entries(options).map(([name, value]) => `${name}="${value}"`).join(" ");
  return `org.apache.kafka.common.security.${module} required ${pairs};`;
}

const SETTINGS = {
  "ssl.keystore.type": "PEM",
  "ssl.keystore.location": "FOLDER/server.pem",
  // The broker tries its own settings as a client would.
  "ssl.truststore.type": "PEM",
  "ssl.truststore.location": "FOLDER/ca.crt",
  "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256",
  "sasl.mechanism.inter.broker.protocol": "PLAIN",
  "listener.name.client.plain.sasl.jaas.config": jaas("plain.PlainLoginModule", {
    username: "bob",
    password: BOB.password,
    user_bob: BOB.password,
  }),
  "listener.name.client.scram-sha-256.sasl.jaas.config": jaas("scram.ScramLoginModule", {}),
  "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
  // The controller's own listener has no login.
  "super.users": "User:alice;User:ANONYMOUS",
};

/** A broker that wants TLS, a login and rights, with the PEM of its authority and of another one. */
async function startSecuredKafka() {
  using authority = new Authority();
  using other = new Authority();
  const { cert, key } = authority.sign("broker", { names: "IP:127.0.0.1,DNS:broker.test" });
  const cluster = await startKafka({
    protocol: "SASL_SSL",
    settings: SETTINGS,
    files: { "server.pem": key + cert + authority.cert, "ca.crt": authority.cert },
    format: ["--add-scram", `SCRAM-SHA-256=[name=alice,password=${ALICE.password}]`],
  });
  return { cluster, certificate: authority.cert, otherCertificate: other.cert };
}

type Connection = Omit<KafkaConnectionOptions, "servers" | "clientId">;

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
  const { cluster, certificate, otherCertificate } = await startSecuredKafka();
  await using kafka = cluster;
  const trusting = { ca: certificate, insecure: false };
  const table: [string, Connection][] = [
    ["stored", { tls: trusting, sasl: ALICE }],
    ["stored", { tls: { ...trusting, serverName: "broker.test" }, sasl: ALICE }],
    ["stored", { tls: { insecure: true }, sasl: ALICE }],
    ["tls", { tls: { insecure: false }, sasl: ALICE }],
    ["tls", { tls: { ca: otherCertificate, insecure: false }, sasl: ALICE }],
    ["tls", { tls: { ...trusting, serverName: "elsewhere.test" }, sasl: ALICE }],
    ["authentication", { tls: trusting, sasl: { ...ALICE, password: "wrong-secret" } }],
    ["authentication", { tls: trusting, sasl: { ...BOB, password: "wrong-secret" } }],
    ["authentication", { tls: trusting, sasl: { ...ALICE, mechanism: "scram-sha-512" } }],
    ["authorization", { tls: trusting, sasl: BOB }],
    ["unreachable", { tls: trusting }],
    ["unreachable", { sasl: ALICE }],
  ];
  const seen = [];
  for (const [, options] of table) {
    seen.push(await outcomeOf({ ...connectionTo(kafka.bootstrap), ...options }));
  }
  strictEqual(seen.join("\n"), table.map(([expected]) => expected).join("\n"));
});

securedTest("run() says that rights are missing, and waits", async () => {
  const { cluster, certificate } = await startSecuredKafka();
  await using kafka = cluster;
  const tls = { ca: certificate, insecure: false };
  const options = (telemetry: FakeTelemetry) => ({
    connection: { ...connectionTo(kafka.bootstrap), tls, sasl: BOB },
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
  const running = [consumer.run(() => Promise.resolve(), end.signal), member.run(end.signal)];
  await Promise.all([ofConsumer, ofMember].map((telemetry) => telemetry.reports("authorization")));
  end.abort();
  await Promise.all(running);
});
