import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  auditSpec,
  deadLettersSpec,
  drainSpec,
  replaySpec,
  withOutbox,
} from "../../../src/cli/commands/repair_specs.ts";
import { loadText } from "../../config/load_text.ts";

const SITES = "sites: [{ url: http://a.example/ }]";
const KAFKA = "kafka: { servers: [k1:9092], topic: t }";
const CONSUMER = loadText(`${KAFKA}\npostgres: { host: pg, user: me }`);
const PRODUCER = loadText(`${SITES}\n${KAFKA}`);
const RUN = loadText(`${SITES}\nstore: { path: /data/status.db }`);
const QUERY = { limit: 1, valueBytesMax: 0 };

Deno.test("drainSpec() may reach the outbox and its receiver, and nothing else", () => {
  const { setup, permissions } = drainSpec(PRODUCER);
  strictEqual(setup.to.type, "kafka");
  deepStrictEqual([permissions.net, permissions.read, permissions.write, permissions.sys], [
    ["k1:9092"],
    ["/srv"],
    ["/srv"],
    ["statfs"],
  ]);
  const run = drainSpec(RUN);
  deepStrictEqual(run.setup.to, {
    type: "store",
    store: { kind: "sqlite", path: "/data/status.db" },
  });
  deepStrictEqual([run.permissions.net, run.permissions.write], [false, ["/srv", "/data"]]);
});

Deno.test("withOutbox() means another file, and lets the thread reach its folder alone", () => {
  const { setup, permissions } = drainSpec(withOutbox(PRODUCER, "/aside/outbox.db"));
  strictEqual(setup.outbox.path, "/aside/outbox.db");
  deepStrictEqual(permissions.write, ["/aside"]);
  strictEqual(withOutbox(PRODUCER, undefined), PRODUCER);
});

Deno.test("replaySpec() may ask Kafka for the cluster's id, and deadLettersSpec() may not", () => {
  deepStrictEqual(replaySpec(CONSUMER, {}).permissions.net, ["k1:9092", "pg:5432"]);
  deepStrictEqual(replaySpec(CONSUMER, {}).setup.kafka?.servers, ["k1:9092"]);
  deepStrictEqual(deadLettersSpec(CONSUMER, QUERY).permissions.net, ["pg:5432"]);
  deepStrictEqual(replaySpec(RUN, {}).permissions.net, false);
  strictEqual(replaySpec(RUN, {}).setup.kafka, undefined);
});

Deno.test("specs of repair are plain data, and name modules that are there", () => {
  const specs = [
    drainSpec(PRODUCER),
    drainSpec(RUN),
    auditSpec(CONSUMER, {}),
    auditSpec(RUN, { sinceMicros: 1 }),
    deadLettersSpec(RUN, QUERY),
    replaySpec(CONSUMER, { reason: "schema" }),
  ];
  for (const { setup, module, permissions } of specs) {
    notStrictEqual(structuredClone(setup), undefined);
    ok(Deno.statSync(module).isFile);
    deepStrictEqual([permissions.run, permissions.ffi, permissions.import], [false, false, false]);
  }
});
