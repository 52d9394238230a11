import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { withOutbox } from "../../src/cli/load_file.ts";
import { joined, ownCode } from "../../src/config/permissions/permissions.ts";
import { alertTestSpec } from "../../src/threads/alert_test/alert_test_spec.ts";
import { checkSpec } from "../../src/threads/check/check_spec.ts";
import { doctorSpecs } from "../../src/threads/doctor/doctor_spec.ts";
import { drainSpec } from "../../src/threads/drain/drain_spec.ts";
import { explanationsSpec } from "../../src/threads/explanations/explanations_spec.ts";
import { rewindSpec } from "../../src/threads/rewind/rewind_spec.ts";
import { schemaTaskSpec } from "../../src/threads/schema_task/schema_task_spec.ts";
import { storeTaskSpec } from "../../src/threads/store_task/store_task_spec.ts";
import { loadText } from "../config/load_text.ts";

const SITES = "sites: [{ url: http://a.example/ }]";
const KAFKA = "kafka: { servers: [k1:9092], topic: t }";
const CONSUMER = loadText(`${KAFKA}\npostgres: { host: pg, user: me }`);
const PRODUCER = loadText(`${SITES}\n${KAFKA}`);
const RUN = loadText(`${SITES}\nstore: { path: /data/status.db }`);
const READ = { type: "dead_letters", query: { limit: 1, valueBytesMax: 0 } } as const;
const REPLAY = { type: "replay", filter: {} } as const;

Deno.test("drainSpec() may reach the outbox and its receiver, and nothing else", () => {
  const { setup, permissions } = drainSpec(PRODUCER);
  ok("kafka" in setup.to);
  deepStrictEqual([permissions.net, permissions.read, permissions.write, permissions.sys], [
    ["k1:9092"],
    joined([{ read: ["/etc/machine-id", "/srv"] }, ownCode()]).read,
    ["/srv"],
    ["statfs"],
  ]);
  const run = drainSpec(RUN);
  deepStrictEqual(run.setup.to, { store: { kind: "sqlite", path: "/data/status.db" } });
  deepStrictEqual([run.permissions.net, run.permissions.write], [false, ["/data", "/srv"]]);
});

Deno.test("alertTestSpec() may reach the receiver of its channel, and nothing else", () => {
  const loaded = loadText(`
alerts: {channels: {a: {slack: {url: "http://a.example/secret-of-a-hook"}}, b: {kafka: {servers: [k1, k2]}}}}
address_policy: {deny: [private]}
web: {public_url: "https://ops.example/"}
`);
  const { setup, permissions } = alertTestSpec(loaded, loaded.alerts!.channels[0]!);
  deepStrictEqual([permissions.net, permissions.read, permissions.env], [
    ["a.example:80"],
    false,
    false,
  ]);
  deepStrictEqual([setup.addressPolicy.deny, setup.publicUrl], [
    ["private"],
    "https://ops.example/",
  ]);
  ok(setup.secrets.includes("secret-of-a-hook"));
  const kafka = alertTestSpec(loaded, loaded.alerts!.channels[1]!).permissions;
  deepStrictEqual([kafka.net, kafka.read], [["k1:9092", "k2:9092"], joined([ownCode()]).read]);
  ok(Array.isArray(kafka.env));
});

Deno.test("withOutbox() means another file, and lets the thread reach its folder alone", () => {
  const { setup, permissions } = drainSpec(withOutbox(PRODUCER, "/aside/outbox.db"));
  strictEqual(setup.outbox.path, "/aside/outbox.db");
  deepStrictEqual(permissions.write, ["/aside"]);
  strictEqual(withOutbox(PRODUCER, undefined), PRODUCER);
});

Deno.test("rewindSpec() may reach the brokers, and nothing else", () => {
  const { permissions: { net, read, write }, setup } = rewindSpec(CONSUMER, 7);
  deepStrictEqual([net, read, write], [["k1:9092"], false, false]);
  const { topic, group, toMs } = setup;
  deepStrictEqual([topic, group, toMs], ["t", "sitemon-status", 7]);
});

Deno.test("storeTaskSpec() may ask Kafka for the cluster's id to replay, and not to read", () => {
  deepStrictEqual(storeTaskSpec(CONSUMER, REPLAY).permissions.net, ["k1:9092", "pg:5432"]);
  deepStrictEqual(storeTaskSpec(CONSUMER, REPLAY).setup.kafka?.servers, ["k1:9092"]);
  deepStrictEqual(storeTaskSpec(CONSUMER, READ).permissions.net, ["pg:5432"]);
  deepStrictEqual(storeTaskSpec(RUN, REPLAY).permissions.net, false);
  strictEqual(storeTaskSpec(RUN, REPLAY).setup.kafka, undefined);
});

Deno.test("threads reach the schema registry that they need, and schemaTaskSpec() nothing else", () => {
  const yaml = `${SITES}
kafka:
  servers: [k1:9092]
  topic: t
  registry: { urls: ["https://r1/", "http://[::1]:8081/api"], bearer: secret }
postgres: { host: pg, user: me }`;
  const loaded = loadText(yaml);
  const written = loadText(yaml.replace("topic: t", "topic: t\n  format: confluent"));
  const registry = ["[::1]:8081", "r1:443"];
  const { setup, permissions } = schemaTaskSpec(loaded, { registers: true });
  deepStrictEqual([permissions.net, permissions.read, permissions.env], [registry, false, false]);
  deepStrictEqual(setup.connection, {
    ...{ urls: ["https://r1", "http://[::1]:8081/api"], tls: {}, timeoutMs: 5_000 },
    authorization: "Bearer secret",
  });
  deepStrictEqual(setup.subjects.map(({ subject }) => subject), ["t-value", "sitemon.Gap"]);
  const everything = ["[::1]:8081", "k1:9092", "pg:5432", "r1:443"];
  deepStrictEqual(storeTaskSpec(loaded, REPLAY).permissions.net, everything);
  deepStrictEqual(storeTaskSpec(loaded, READ).permissions.net, ["pg:5432"]);
  // A producer asks it only where it writes for it, and so does whoever drains its outbox.
  deepStrictEqual(drainSpec(loaded).permissions.net, ["k1:9092"]);
  deepStrictEqual(drainSpec(written).permissions.net, ["[::1]:8081", "k1:9092", "r1:443"]);
  const examined = doctorSpecs(written).find(({ name }) => name === "doctor-registry")!;
  deepStrictEqual(examined.permissions.net, registry);
});

Deno.test("storeTaskSpec() asks PostgreSQL where the file has it, and else SQLite", () => {
  const task = { type: "statuses", site: "shop" } as const;
  strictEqual(storeTaskSpec(CONSUMER, task).setup.store.kind, "postgres");
  deepStrictEqual(storeTaskSpec(RUN, task).setup, {
    store: { kind: "sqlite", path: "/data/status.db" },
    task,
  });
});

Deno.test("doctorSpecs() examines each dependency with the permissions of its daily work", () => {
  const examined = (loaded: Parameters<typeof doctorSpecs>[0]) =>
    doctorSpecs(loaded).map(({ name, permissions: { net, write } }) => [name, net, write]);
  deepStrictEqual(examined(CONSUMER), [
    ["doctor-kafka", ["k1:9092"], false],
    ["doctor-postgres", ["pg:5432"], false],
  ]);
  deepStrictEqual(examined(PRODUCER), [
    ["doctor-outbox", false, ["/srv"]],
    ["doctor-kafka", ["k1:9092"], false],
  ]);
  deepStrictEqual(examined(RUN), [
    ["doctor-outbox", false, ["/srv"]],
    ["doctor-store", false, ["/data"]],
  ]);
});

Deno.test("doctorSpecs() asks rights to write of no role that serves the page alone", () => {
  const page = "postgres: { host: pg, user: me }\nweb: { listen: '127.0.0.1:8080' }";
  const readsOnly = [page, `${KAFKA}\n${page}`].map((yaml) => {
    const setup = doctorSpecs(loadText(yaml)).at(-1)!.setup;
    return setup.type === "postgres" && setup.readsOnly;
  });
  deepStrictEqual(readsOnly, [true, false]);
});

Deno.test("specs of commands are plain data, name entries that are there, and may run nothing else", () => {
  const specs = [
    checkSpec(PRODUCER, PRODUCER.sites),
    storeTaskSpec(CONSUMER, REPLAY),
    ...doctorSpecs(CONSUMER),
    ...doctorSpecs(RUN),
    drainSpec(PRODUCER),
    drainSpec(RUN),
    explanationsSpec(PRODUCER, PRODUCER.sites),
    storeTaskSpec(RUN, { type: "audit", sinceMicros: 1 }),
  ];
  for (const { setup, module, permissions } of specs) {
    notStrictEqual(structuredClone(setup), undefined);
    ok(Deno.statSync(new URL(module)).isFile);
    deepStrictEqual([permissions.run, permissions.ffi, permissions.import], [false, false, false]);
  }
});
