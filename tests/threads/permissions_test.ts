import { deepStrictEqual } from "node:assert/strict";
import { join } from "node:path";
import type { DaemonRole } from "../../src/config/loaded_config.ts";
import { workerPermissions } from "../../src/config/permissions/permissions.ts";
import { daemonPermissions } from "../../src/threads/registry.ts";
import { loadText } from "../config/load_text.ts";
import type { ProbedAccess } from "./permission_probe.ts";

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
const WHOLE = loadText(`
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

Deno.test("daemonPermissions() lets alerts reach the store and the receivers, by host and port", () => {
  const loaded = loadText(`
kafka: {server: "k:1"}
postgres: {host: db.example, user: u}
alerts:
  heartbeat: {url: "https://user:word@beat.example/ping"}
  channels:
    a: {slack: {url: "https://Hooks.example/T0/secret"}}
    b: {alertmanager: {urls: ["http://[::1]:9093", "http://am.example:9093/prefix"]}}
    c: {email: {host: mail.example, from: a@b, to: [a@b]}}
    d: {pagerduty: {routing_key: key}}
    e: {telegram: {token: "1:x", chat_id: "1"}}
    f: {kafka: {servers: [broker.example, "[::2]:9093"]}}
`);
  deepStrictEqual(daemonPermissions(loaded, "consumer").alerts, {
    ...NOTHING,
    net: [
      "[::1]:9093",
      "[::2]:9093",
      "am.example:9093",
      "api.telegram.org:443",
      "beat.example:443",
      "broker.example:9092",
      "db.example:5432",
      "events.pagerduty.com:443",
      "hooks.example:443",
      "mail.example:587",
    ],
    env: [...KAFKAJS, ...PG],
  });
  const mail = loadText("alerts: {channels: {a: {email: {host: m, from: a@b, to: [a@b]}}}}");
  deepStrictEqual(daemonPermissions(mail, "run").alerts!.env, []);
});

Deno.test("daemonPermissions() gives each thread what its work needs and no more", () => {
  const scanner = {
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
  };
  const read = ["/data/out", "/etc/machine-id"];
  const outbox = { ...NOTHING, read, write: ["/data/out"], sys: ["statfs"] };
  const web = ["127.0.0.1:8080"];
  deepStrictEqual(daemonPermissions(WHOLE, "producer"), {
    scanner,
    outbox,
    relay: { ...NOTHING, net: ["[::1]:9093", "k1:9092", "k2:9092"], env: KAFKAJS },
  });
  deepStrictEqual(daemonPermissions(WHOLE, "run"), {
    scanner,
    store: {
      ...outbox,
      read: ["/data/out", "/data/status", "/etc/machine-id"],
      write: ["/data/out", "/data/status"],
    },
    web: { ...NOTHING, net: web, read: ["/data/status"] },
  });
  deepStrictEqual(daemonPermissions(WHOLE, "consumer"), {
    consumer: {
      ...NOTHING,
      net: ["[::1]:9093", "db.example:5432", "k1:9092", "k2:9092"],
      env: [...KAFKAJS, ...PG],
    },
  });
  deepStrictEqual(daemonPermissions(WHOLE, "web"), {
    web: { ...NOTHING, net: [...web, "db.example:5432"], env: PG },
  });
});

Deno.test("workerPermissions() refuses everything where nothing is named, and never gives more", () => {
  deepStrictEqual(workerPermissions(NOTHING), {
    net: false,
    read: false,
    write: false,
    env: false,
    sys: false,
    run: false,
    ffi: false,
    import: false,
  });
});

/** What a thread of a daemon must be able to do; everything else must be refused. */
const ALLOWED: readonly [DaemonRole, thread: string, ...readonly string[]][] = [
  ["producer", "scanner", "site"],
  ["producer", "outbox", "read outbox", "write outbox"],
  ["producer", "relay", "broker", "kafkajs"],
  ["consumer", "consumer", "broker", "database", "kafkajs", "pg"],
  ["run", "store", "read outbox", "write outbox", "read store", "write store"],
  ["run", "web", "read store"],
  ["web", "web", "database", "pg"],
];

for (const [role, thread, ...allowed] of ALLOWED) {
  Deno.test(`daemonPermissions() holds a real ${thread} thread of ${role} to its work`, async () => {
    const folder = Deno.makeTempDirSync();
    const listeners = [1, 2, 3, 4].map(() => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
    const [site, broker, database, stranger] = listeners.map((one) => one.addr.port);
    const [outbox, store] = ["outbox", "store"].map((name) => join(folder, name));
    Deno.mkdirSync(outbox!);
    Deno.mkdirSync(store!);
    const loaded = loadText(`
sites: [{url: "http://localhost:${site}/"}]
kafka: {server: "127.0.0.1:${broker}"}
postgres: {host: 127.0.0.1, port: ${database}, user: u}
outbox: {path: ${outbox}/o.db}
store: {path: ${store}/s.db}
`);
    const attempts: Readonly<Record<string, ProbedAccess>> = {
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
    const permissions = workerPermissions(daemonPermissions(loaded, role)[thread]!);
    const names = Object.keys(attempts);
    const results = await probe(permissions, Object.values(attempts));
    for (const listener of listeners) listener.close();
    Deno.removeSync(folder, { recursive: true });
    const seen = Object.fromEntries(names.map((name, index) => [name, results[index]]));
    const expected = names.map((name) =>
      [name, allowed.includes(name) ? "allowed" : "refused"] as const
    );
    deepStrictEqual(seen, Object.fromEntries(expected));
  });
}

/** Lets a Worker with these permissions try everything. */
async function probe(
  permissions: Deno.PermissionOptionsObject,
  attempts: readonly ProbedAccess[],
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
