import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  checkSpec,
  consumerSpecs,
  explanationsSpec,
  outboxSpec,
  relaySpec,
  scannerSpecs,
  statusesSpec,
  storeSpec,
} from "../../../src/cli/service/pipeline.ts";
import { loadText } from "../../config/load_text.ts";

const WHOLE = loadText(`
location: berlin
scanner: { threads: 3, concurrency: 100, per_host: 2 }
allow_hosts: [cdn.example.org]
outbox: { max_rows: 5000, max_bytes: 1MiB, min_free_bytes: 0, when_full: pause }
sites:
  - url: http://a.example/1
  - url: http://a.example/2
  - url: http://b.example/
  - url: http://c.example/
  - url: http://d.example/
  - url: http://e.example/
kafka:
  servers: [k1:9092, k2:9093]
  topic: t
  consumers: 2
  partitions: 3
  retention: 7d
  sasl: { mechanism: plain, username: u, password: pppp }
postgres: { host: pg, user: me, schema: mon, tls: require }
`);

Deno.test("scannerSpecs() gives all sites of one host to one thread, and each site to one", () => {
  const specs = scannerSpecs(WHOLE, { anchorMs: 17, since: {} });
  deepStrictEqual(specs.map(({ name }) => name), ["scanner-1", "scanner-2", "scanner-3"]);
  const urls = specs.map(({ work }) => work!.sites.map(({ url }) => url));
  deepStrictEqual(urls.flat().sort(), WHOLE.sites.map(({ url }) => url).sort());
  const homes = urls.filter((share) => share.some((url) => url.startsWith("http://a.example")));
  strictEqual(homes.length, 1);
  for (const { setup, work } of specs) {
    deepStrictEqual([setup.concurrency, setup.perHost, setup.anchorMs], [33, 2, 17]);
    deepStrictEqual([setup.location, work!.allowHosts], ["berlin", ["cdn.example.org"]]);
    strictEqual(work!.urls.length, 6);
    strictEqual(setup.pausesWhenFull, true);
  }
});

Deno.test("scannerSpecs() and checkSpec() hand over secrets, and what tells whether there is a network", () => {
  const file = loadText(`
connectivity: { urls: ["https://one.example/"], every: 5s }
sites: [{ url: "http://a.example/", auth: { bearer: t0ken } }]
`);
  const [spec] = scannerSpecs(file, { anchorMs: 0, since: {} });
  const { secrets, connectivity, urls } = spec!.work!;
  deepStrictEqual(connectivity, { urls: ["https://one.example/"], everyMs: 5_000 });
  deepStrictEqual(urls, ["http://a.example/", "https://one.example/"]);
  ok(secrets.includes("t0ken"));
  const [bare] = scannerSpecs(WHOLE, { anchorMs: 0, since: {} });
  strictEqual(bare!.work!.connectivity, undefined);
  const { config, sites } = file;
  ok(checkSpec({ config, sites }, sites).setup.secrets!.includes("t0ken"));
});

Deno.test("outboxSpec() and storeSpec() say where files are, and how large they may grow", () => {
  deepStrictEqual(outboxSpec(WHOLE).setup, {
    path: "/srv/sitemon-outbox.db",
    bytesMax: 1_048_576,
    rowsMax: 5_000,
    freeBytesMin: 0,
    whenFull: "pause",
  });
  deepStrictEqual(outboxSpec(WHOLE).permissions.write, ["/srv"]);
  deepStrictEqual(storeSpec(WHOLE).setup, {
    store: { kind: "sqlite", path: "/srv/sitemon-status.db" },
    retentionMs: 35 * 86_400_000,
    isTraced: false,
  });
});

Deno.test("relaySpec() and consumerSpecs() share the topic and the connection", () => {
  const relay = relaySpec(WHOLE);
  const consumers = consumerSpecs(WHOLE);
  deepStrictEqual(consumers.map(({ name }) => name), ["consumer-1", "consumer-2"]);
  const { group, ...kafka } = consumers[0]!.setup.kafka;
  strictEqual(group, "sitemon-status");
  const own = { format: "single_object", compression: "none", isTraced: false };
  deepStrictEqual(relay.setup, { ...kafka, ...own });
  deepStrictEqual(kafka, {
    connection: {
      servers: ["k1:9092", "k2:9093"],
      clientId: "sitemon",
      sasl: { mechanism: "plain", username: "u", password: "pppp" },
    },
    topic: "t",
    createTopic: true,
    partitions: 3,
    replicationFactor: -1,
    retentionMs: 604_800_000,
  });
  deepStrictEqual(consumers[0]!.setup.store, {
    kind: "postgres",
    host: "pg",
    port: 5432,
    user: "me",
    database: "me",
    schema: "mon",
    tls: { mode: "require" },
    connectTimeoutMs: 5_000,
    statementTimeoutMs: 30_000,
  });
});

Deno.test("every spec is plain data, names a module that is there, and permits no subprocess", () => {
  const specs = [
    ...scannerSpecs(WHOLE, { anchorMs: 0, since: {} }),
    outboxSpec(WHOLE),
    relaySpec(WHOLE),
    ...consumerSpecs(WHOLE),
    storeSpec(WHOLE),
    checkSpec(WHOLE, WHOLE.sites.slice(1)),
    explanationsSpec(WHOLE, WHOLE.sites),
    statusesSpec(WHOLE),
  ];
  for (const { setup, module, permissions } of specs) {
    notStrictEqual(structuredClone(setup), undefined);
    ok(Deno.statSync(module).isFile);
    deepStrictEqual([permissions.run, permissions.ffi, permissions.import], [false, false, false]);
  }
});

Deno.test("statusesSpec() reads PostgreSQL where the file has it, and else SQLite", () => {
  strictEqual(statusesSpec(WHOLE).setup.store.kind, "postgres");
  const small = loadText("sites: [{ url: http://a.example/ }]");
  deepStrictEqual(statusesSpec(small, "shop").setup, {
    store: { kind: "sqlite", path: "/srv/sitemon-status.db" },
    site: "shop",
  });
});

const SHARED = `
location: berlin
scanner: { group: checkers }
sites: [{ name: a, url: "http://a.example/" }]
kafka: { server: k1:9092, topic: prod, replication_factor: 3, create_topic: false }
`;

Deno.test("relaySpec() makes the relay a member, of a group of this pipeline and location", () => {
  strictEqual(relaySpec(WHOLE).setup.member, undefined);
  const { connection: _, ...member } = relaySpec(loadText(SHARED)).setup.member!;
  deepStrictEqual(member, {
    topic: "prod-scanners",
    group: "prod-scanners/checkers@berlin",
    createTopic: false,
    partitions: 60,
    replicationFactor: 3,
    retentionMs: 3_600_000,
    sessionTimeoutMs: 15_000,
    whenUnreachable: "check",
  });
});

Deno.test("relaySpec() takes what a group says of itself", () => {
  const own = "{ name: g, session_timeout: 6s, partitions: 7, when_unreachable: pause }";
  const { member } = relaySpec(loadText(SHARED.replace("checkers", own))).setup;
  const { group, sessionTimeoutMs, partitions, whenUnreachable } = member!;
  deepStrictEqual([group, sessionTimeoutMs, partitions, whenUnreachable], [
    "prod-scanners/g@berlin",
    6_000,
    7,
    "pause",
  ]);
});

Deno.test("scannerSpecs() counts slots from 1970, when producers share the sites", () => {
  const [spec] = scannerSpecs(loadText(SHARED), { anchorMs: 1_000_000, since: { a: 500 } });
  deepStrictEqual([spec!.setup.isShared, spec!.setup.anchorMs], [true, 0]);
  deepStrictEqual(spec!.work!.since, { a: 1_000_500 });
  const [alone] = scannerSpecs(WHOLE, { anchorMs: 17, since: {} });
  strictEqual(alone!.setup.isShared, false);
});
