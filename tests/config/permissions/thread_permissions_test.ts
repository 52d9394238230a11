import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { loadConfig } from "../../../src/config/load.ts";
import type { LoadedConfig } from "../../../src/config/loaded_config.ts";
import {
  allowedHosts,
  kafkaServers,
  type ThreadKind,
  threadNeeds,
  threadPermissions,
} from "../../../src/config/permissions/thread_permissions.ts";
import { fakeHostEnvironment } from "../fake_host_environment.ts";
import type { Attempt } from "./permission_probe.ts";

const NOTHING = { net: [], read: [], write: [], env: [], sys: [] };
const KAFKAJS = [
  "KAFKAJS_DEBUG_EXTENDED_PROTOCOL_BUFFERS",
  "KAFKAJS_DEBUG_PROTOCOL_BUFFERS",
  "KAFKAJS_LOG_LEVEL",
  "KAFKAJS_NO_PARTITIONER_WARNING",
  "NODE_ENV",
];
const PG = [
  "PGAPPNAME",
  "PGBINARY",
  "PGCLIENT_ENCODING",
  "PGOPTIONS",
  "PGREPLICATION",
  "PGSSLNEGOTIATION",
];
const KINDS: readonly ThreadKind[] = [
  "scanner",
  "outbox",
  "relay",
  "consumer",
  "sqlite",
  "postgres",
  "web_postgres",
  "web_sqlite",
];

function load(yaml: string): LoadedConfig {
  return loadConfig("a.yaml", {
    hostEnvironment: fakeHostEnvironment({ files: { "a.yaml": yaml } }),
  });
}

const WHOLE = load(`
sites:
  - url: https://B.example:8443/x
  - url: http://user:secret@a.example/
  - {name: again, url: "http://a.example:8080/"}
  - url: http://[2001:DB8:0::1]/
  - url: http://192.0.2.7/
  - {url: "http://c.example/", proxy: "http://u:secret@proxy.example:3128"}
allow_hosts: [cdn.example, "d.example:444", "[::1]:80"]
outbox: {path: /data/out/o.db}
store: {path: /data/status/s.db}
kafka: {servers: ["k2:9092", "k1:9092", "[::1]:9093"]}
postgres: {host: db.example, user: u}
`);

Deno.test("threadNeeds() gives each kind of thread what its work needs and no more", () => {
  deepStrictEqual(Object.fromEntries(KINDS.map((kind) => [kind, threadNeeds(kind, WHOLE)])), {
    scanner: {
      ...NOTHING,
      net: [
        "192.0.2.7",
        "[2001:db8::1]",
        "[::1]",
        "a.example",
        "b.example",
        "c.example",
        "cdn.example",
        "d.example",
        "proxy.example",
      ],
    },
    outbox: { ...NOTHING, read: ["/data/out"], write: ["/data/out"], sys: ["statfs"] },
    relay: { ...NOTHING, net: ["[::1]:9093", "k1:9092", "k2:9092"], env: KAFKAJS },
    consumer: {
      ...NOTHING,
      net: ["[::1]:9093", "db.example:5432", "k1:9092", "k2:9092"],
      env: [...KAFKAJS, ...PG],
    },
    sqlite: { ...NOTHING, read: ["/data/status"], write: ["/data/status"] },
    postgres: { ...NOTHING, net: ["db.example:5432"], env: PG },
    web_postgres: { ...NOTHING, net: ["127.0.0.1:8080", "db.example:5432"], env: PG },
    web_sqlite: { ...NOTHING, net: ["127.0.0.1:8080"], read: ["/data/status"] },
  });
});

Deno.test("threadPermissions() refuses everything where a configuration names nothing", () => {
  const empty = load("");
  for (const kind of ["scanner", "relay", "consumer", "postgres"] as const) {
    strictEqual(threadPermissions(kind, empty).net, false, kind);
  }
});

Deno.test("threadPermissions() never gives run, ffi and import", () => {
  for (const kind of KINDS) {
    const { run, ffi, import: imports } = threadPermissions(kind, WHOLE);
    deepStrictEqual([run, ffi, imports], [false, false, false], kind);
  }
});

Deno.test("allowedHosts() and kafkaServers() keep ports", () => {
  deepStrictEqual(allowedHosts(WHOLE), ["cdn.example", "d.example:444", "[::1]:80"]);
  deepStrictEqual(kafkaServers(WHOLE.config.kafka!)[2], { host: "::1", port: 9093 });
  deepStrictEqual(kafkaServers(load("kafka: {server: 'k:1'}").config.kafka!), [
    { host: "k", port: 1 },
  ]);
});

Deno.test("scanners may talk to the hosts of connectivity, and to the plain side of a site that may leave https", () => {
  const loaded = load(`
connectivity: {urls: ["https://one.example/"]}
sites:
  - {url: "https://a.example:8443/", redirects: {allow_downgrade: true}}
  - {url: "https://b.example/"}
`);
  const { net } = threadPermissions("scanner", loaded);
  deepStrictEqual(net, ["a.example", "b.example", "one.example"]);
  deepStrictEqual(allowedHosts(loaded), ["a.example:80"]);
});

/** What a thread of a kind must be able to do; everything else must be refused. */
const ALLOWED: Readonly<Record<ThreadKind, readonly string[]>> = {
  scanner: ["site"],
  outbox: ["read outbox", "write outbox"],
  relay: ["broker", "kafkajs"],
  consumer: ["broker", "database", "kafkajs", "pg"],
  sqlite: ["read store", "write store"],
  postgres: ["database", "pg"],
  web_postgres: ["database", "pg"],
  web_sqlite: ["read store"],
};

for (const kind of KINDS) {
  Deno.test(`threadPermissions() holds a real ${kind} thread to its work`, async () => {
    const folder = Deno.makeTempDirSync();
    const listeners = [1, 2, 3, 4].map(() => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
    const [site, broker, database, stranger] = listeners.map((one) => one.addr.port);
    const [outbox, store] = ["outbox", "store"].map((name) => join(folder, name));
    Deno.mkdirSync(outbox!);
    Deno.mkdirSync(store!);
    const loaded = load(`
sites: [{url: "http://localhost:${site}/"}]
kafka: {server: "127.0.0.1:${broker}"}
postgres: {host: 127.0.0.1, port: ${database}, user: u}
outbox: {path: ${outbox}/o.db}
store: {path: ${store}/s.db}
`);
    const attempts: Readonly<Record<string, Attempt>> = {
      site: { does: "connect", hostname: "localhost", port: site! },
      broker: { does: "connect", hostname: "127.0.0.1", port: broker! },
      database: { does: "connect", hostname: "127.0.0.1", port: database! },
      stranger: { does: "connect", hostname: "127.0.0.1", port: stranger! },
      "read outbox": { does: "read", path: outbox! },
      "write outbox": { does: "write", path: join(outbox!, "a") },
      "read store": { does: "read", path: store! },
      "write store": { does: "write", path: join(store!, "a") },
      "read elsewhere": { does: "read", path: folder },
      "write elsewhere": { does: "write", path: join(folder, "a") },
      kafkajs: { does: "env", name: "KAFKAJS_LOG_LEVEL" },
      pg: { does: "env", name: "PGOPTIONS" },
      "other env": { does: "env", name: "PATH" },
      run: { does: "run", path: "/bin/true" },
      ffi: { does: "ffi", path: "/lib/x86_64-linux-gnu/libc.so.6" },
      hostname: { does: "hostname" },
    };
    const permissions = threadPermissions(kind, loaded);
    const names = Object.keys(attempts);
    const results = await probe(permissions, Object.values(attempts));
    for (const listener of listeners) listener.close();
    Deno.removeSync(folder, { recursive: true });
    const seen = Object.fromEntries(names.map((name, index) => [name, results[index]]));
    const expected = names.map((name) =>
      [name, ALLOWED[kind].includes(name) ? "allowed" : "refused"] as const
    );
    deepStrictEqual(seen, Object.fromEntries(expected));
  });
}

/** Lets a Worker with these permissions try everything. */
async function probe(
  permissions: Deno.PermissionOptionsObject,
  attempts: readonly Attempt[],
): Promise<readonly string[]> {
  const module = new URL("./permission_probe.ts", import.meta.url);
  const worker = new Worker(module.href, { type: "module", deno: { permissions } });
  try {
    const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    worker.postMessage(attempts);
    return await promise;
  } finally {
    worker.terminate();
  }
}
