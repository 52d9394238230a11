import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { checkSpec } from "../../src/threads/check/check_spec.ts";
import { CONSUMER_SPEC } from "../../src/threads/consumer/consumer_spec.ts";
import { type Schedule, specsOf } from "../../src/threads/daemon_thread.ts";
import { notifySpec } from "../../src/threads/notify/notify_spec.ts";
import { OUTBOX_SPEC, outboxSetup } from "../../src/threads/outbox/outbox_spec.ts";
import { relaySetup } from "../../src/threads/relay/relay_spec.ts";
import { SCANNER_SPEC } from "../../src/threads/scanner/scanner_spec.ts";
import { STORE_SPEC } from "../../src/threads/store/store_spec.ts";
import { WEB_SPEC } from "../../src/threads/web/web_spec.ts";
import type { LoadedConfig } from "../../src/config/loaded_config.ts";
import { loadText } from "../config/load_text.ts";

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

const SCHEDULE = { originMs: 0, since: new Map() };

function scanners(loaded: LoadedConfig, schedule: Schedule) {
  return SCANNER_SPEC.instances(loaded, { schedule });
}

Deno.test("SCANNER_SPEC gives all sites of one host to one thread, and each site to one", () => {
  const specs = scanners(WHOLE, { originMs: 17, since: new Map() });
  deepStrictEqual(specs.map(({ name }) => name), ["scanner-1", "scanner-2", "scanner-3"]);
  const urls = specs.map(({ work }) => work!.sites.map(({ url }) => url));
  deepStrictEqual(urls.flat().sort(), WHOLE.sites.map(({ url }) => url).sort());
  const homes = urls.filter((share) => share.some((url) => url.startsWith("http://a.example")));
  strictEqual(homes.length, 1);
  for (const { setup, work } of specs) {
    deepStrictEqual([setup.concurrency, setup.perHost, setup.originMs], [33, 2, 17]);
    deepStrictEqual([setup.location, work!.allowHosts], ["berlin", ["cdn.example.org"]]);
    strictEqual(work!.urls.length, 6);
    strictEqual(setup.pausesWhenFull, true);
  }
});

Deno.test("SCANNER_SPEC and checkSpec() hand over secrets, and what tells whether there is a network", () => {
  const file = loadText(`
connectivity: { urls: ["https://one.example/"], interval: 5s }
sites: [{ url: "http://a.example/", auth: { bearer: t0ken } }]
`);
  const [spec] = scanners(file, SCHEDULE);
  const { secrets, connectivity, urls } = spec!.work!;
  deepStrictEqual(connectivity, { urls: ["https://one.example/"], everyMs: 5_000 });
  deepStrictEqual(urls, ["http://a.example/", "https://one.example/"]);
  ok(secrets!.includes("t0ken"));
  const [bare] = scanners(WHOLE, SCHEDULE);
  strictEqual(bare!.work!.connectivity, undefined);
  const { config, sites } = file;
  ok(checkSpec({ config, sites }, sites).setup.secrets!.includes("t0ken"));
});

Deno.test("outboxSetup() and STORE_SPEC say where files are, and how large they may grow", () => {
  deepStrictEqual(outboxSetup(WHOLE, "a"), {
    runId: "a",
    path: "/srv/sitemon-outbox.db",
    bytesMax: 1_048_576,
    rowsMax: 5_000,
    freeBytesMin: 0,
    whenFull: "pause",
  });
  deepStrictEqual(OUTBOX_SPEC.needs(WHOLE), [
    { read: ["/srv"], write: ["/srv"], sys: ["statfs"] },
    { read: ["/etc/machine-id"] },
  ]);
  const context = { role: "run", schedule: SCHEDULE, runId: "a" } as const;
  deepStrictEqual(specsOf(STORE_SPEC, WHOLE, context)[0]!.setup, {
    outbox: outboxSetup(WHOLE, "a"),
    store: { kind: "sqlite", path: "/srv/sitemon-status.db" },
    retentionMs: 35 * 86_400_000,
    isTraced: false,
  });
});

Deno.test("relaySetup() and CONSUMER_SPEC share the topic and the connection", () => {
  const consumers = CONSUMER_SPEC.instances(WHOLE);
  deepStrictEqual(consumers.map(({ name }) => name), ["consumer-1", "consumer-2"]);
  const { group, ...kafka } = consumers[0]!.setup.kafka;
  strictEqual(group, "sitemon-status");
  const own = { format: "single_object", compression: "none", isTraced: false };
  deepStrictEqual(relaySetup(WHOLE), { ...kafka, ...own });
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

const SHARED = `
location: berlin
scanner: { group: checkers }
sites: [{ name: a, url: "http://a.example/" }]
kafka: { server: k1:9092, topic: prod, replication_factor: 3, create_topic: false }
`;

Deno.test("relaySetup() makes the relay a member, of a group of this pipeline and location", () => {
  strictEqual(relaySetup(WHOLE).member, undefined);
  const { connection: _, ...member } = relaySetup(loadText(SHARED)).member!;
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

Deno.test("relaySetup() takes what a group says of itself", () => {
  const own = "{ name: g, session_timeout: 6s, partitions: 7, when_unreachable: pause }";
  const { member } = relaySetup(loadText(SHARED.replace("checkers", own)));
  const { group, sessionTimeoutMs, partitions, whenUnreachable } = member!;
  deepStrictEqual([group, sessionTimeoutMs, partitions, whenUnreachable], [
    "prod-scanners/g@berlin",
    6_000,
    7,
    "pause",
  ]);
});

Deno.test("SCANNER_SPEC counts slots from 1970, when producers share the sites", () => {
  const [spec] = scanners(loadText(SHARED), { originMs: 1_000_000, since: new Map([["a", 500]]) });
  deepStrictEqual([spec!.setup.isShared, spec!.setup.originMs], [true, 0]);
  deepStrictEqual(spec!.work!.since, new Map([["a", 1_000_500]]));
  const [alone] = scanners(WHOLE, { originMs: 17, since: new Map() });
  strictEqual(alone!.setup.isShared, false);
});

Deno.test("WEB_SPEC reads a SQLite file and listens on loopback by default", () => {
  const loaded = loadText("");
  const { setup } = specsOf(WEB_SPEC, loaded, { role: "web", schedule: SCHEDULE, runId: "a" })[0]!;
  deepStrictEqual(setup, {
    store: { kind: "sqlite", path: "/srv/sitemon-status.db" },
    listen: { host: "127.0.0.1", port: 8080 },
    origins: [],
    isMadeHere: false,
    quorums: [],
    isRequired: false,
    look: {
      title: "Status",
      isPublic: false,
      announcements: [],
      links: [],
      timeZone: "UTC",
      locale: "en",
    },
    trustedProxies: [],
  });
});

Deno.test("WEB_SPEC reads PostgreSQL, with what the file says of the page", () => {
  const loaded = loadText(`
postgres: { host: db.example, user: reader }
web: { listen: "[::1]:0", title: Ours, basic_auth: { username: a, password: b } }
alerts:
  channels: { ops: { webhook: { url: "https://hook.example/" } } }
  rules:
    - { name: any }
    - { name: certificates, when: [certificate_soon], locations: 3 of 3 }
    - { name: web, sites: [web*], locations: 2 of 3 }
`);
  const { setup } = specsOf(WEB_SPEC, loaded, { role: "web", schedule: SCHEDULE, runId: "a" })[0]!;
  strictEqual(setup.store.kind, "postgres");
  deepStrictEqual(setup.quorums, [{ sites: { names: ["web*"] }, count: 2 }]);
  deepStrictEqual(setup.listen, { host: "::1", port: 0 });
  deepStrictEqual([setup.isRequired, setup.look.title, setup.basicAuth], [
    true,
    "Ours",
    { username: "a", password: "b" },
  ]);
});

Deno.test("notifySpec() permits the two sockets, and nothing else", () => {
  const [own, to] = ["/run/sitemon/notify.sock", "/run/systemd/notify"];
  const { permissions, setup } = notifySpec({ own, to, watchdogMs: 60_000 }, { level: "info" });
  deepStrictEqual(permissions, {
    net: [`unix:${own}`, `unix:${to}`],
    read: [own, to],
    write: [own, to],
    env: false,
    sys: false,
    run: false,
    ffi: false,
    import: false,
  });
  deepStrictEqual(setup, { own, to });
});
