import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  allowedHosts,
  database,
  kafkaServers,
  scannerHosts,
  statusStore,
  storeKind,
} from "../../../src/config/permissions/needs.ts";
import { formatHost } from "../../../src/config/schema/host_port.ts";
import { loadText } from "../load_text.ts";

Deno.test("scannerHosts() names hosts without ports, and allowedHosts() keeps the ports of others", () => {
  const loaded = loadText(`
allow_hosts: [cdn.example, "d.example:444", "[::1]:80"]
connectivity: {urls: ["https://one.example/"]}
sites:
  - {url: "https://a.example:8443/", redirects: {allow_downgrade: true}}
  - {url: "https://b.example/"}
  - {url: "tcp://Mail.example:25"}
  - {url: "tls://[0::1]:993"}
`);
  deepStrictEqual(scannerHosts(loaded).net, [
    "a.example",
    "b.example",
    "mail.example",
    "[::1]",
    "one.example",
    "cdn.example",
    "d.example",
    "[::1]",
  ]);
  deepStrictEqual(allowedHosts(loaded), [
    "cdn.example",
    "d.example:444",
    "[::1]:80",
    "a.example:80",
  ]);
});

/** Sites, the hosts that they need, and those with ports. */
const NAME_SERVERS: readonly [sites: string, net: readonly string[], endpoints?: string[]][] = [
  ["'dns://192.0.2.1/a'", ["192.0.2.1", "0.0.0.0:0"]],
  ["'dns://[2001:db8::0:1]/a'", ["[2001:db8::1]", "[::]:0"]],
  ["'dns://NS1.example:54/a'", ["ns1.example", "0.0.0.0:0", "[::]:0"]],
  [
    "'dns://192.0.2.1/a?type=SOA', expect: {serial_of: ['[::1]:54', 192.0.2.2]}",
    ["192.0.2.1", "[::1]", "192.0.2.2", "0.0.0.0:0", "[::]:0"],
    ["[::1]:54", "192.0.2.2:53"],
  ],
];

for (const [site, net, endpoints = []] of NAME_SERVERS) {
  Deno.test(`scannerHosts() names all name servers, and where UDP is sent from: ${site}`, () => {
    const loaded = loadText(`sites: [{url: ${site}}]`);
    deepStrictEqual(scannerHosts(loaded).net, net);
    deepStrictEqual(allowedHosts(loaded), endpoints);
  });
}

Deno.test("kafkaServers() reads one broker or several, as a list or with commas, by either key", () => {
  for (
    const [written, read] of [
      ["'k:1'", ["k:1"]],
      ["k", ["k:9092"]],
      ["'a:1, b:2'", ["a:1", "b:2"]],
      ["'a,[::1]'", ["a:9092", "[::1]:9092"]],
      ["['k:1', '[::1]:2']", ["k:1", "[::1]:2"]],
      ["[a, 'b:1, c']", ["a:9092", "b:1", "c:9092"]],
    ] as const
  ) {
    for (const key of ["server", "servers"]) {
      const { kafka } = loadText(`kafka: {${key}: ${written}}`).config;
      deepStrictEqual(kafkaServers(kafka).map(formatHost), read, `${key}: ${written}`);
    }
  }
});

const SOCKET = "/run/postgresql/.s.PGSQL.5433";
const databases: readonly (readonly [string, object])[] = [
  ["host: p, user: u, port: 5433", { net: ["p:5433"] }],
  ["url: 'postgresql://u@[::1]/d'", { net: ["[::1]:5432"] }],
  ["host: /run/postgresql/, user: u, port: 5433", {
    net: [`unix:${SOCKET}`],
    read: [SOCKET],
    write: [SOCKET],
  }],
  ["url: 'postgres://u@%2Frun%2Fpostgresql:5433/d'", {
    net: [`unix:${SOCKET}`],
    read: [SOCKET],
    write: [SOCKET],
  }],
];
for (const [keys, needed] of databases) {
  Deno.test(`database() needs one server and nothing else, when there is ${keys}`, () => {
    const { env: _, ...needs } = database(loadText(`postgres: {${keys}}`));
    deepStrictEqual(needs, needed);
  });
}

Deno.test("statusStore() is PostgreSQL where there is one, but the file of run", () => {
  const loaded = loadText("postgres: {host: p, user: u}");
  deepStrictEqual(statusStore(loaded).net, ["p:5432"]);
  deepStrictEqual(statusStore(loaded, storeKind(loaded, "run")), {
    read: ["/srv"],
    write: ["/srv"],
  });
  strictEqual(storeKind(loadText("store: {path: a.db}")), "sqlite");
});
