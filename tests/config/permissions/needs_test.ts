import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  allowedHosts,
  kafkaServers,
  scannerHosts,
  statusStore,
  storeKind,
} from "../../../src/config/permissions/needs.ts";
import { loadText } from "../load_text.ts";

Deno.test("scannerHosts() names hosts without ports, and allowedHosts() keeps the ports of others", () => {
  const loaded = loadText(`
allow_hosts: [cdn.example, "d.example:444", "[::1]:80"]
connectivity: {urls: ["https://one.example/"]}
sites:
  - {url: "https://a.example:8443/", redirects: {allow_downgrade: true}}
  - {url: "https://b.example/"}
`);
  deepStrictEqual(scannerHosts(loaded).net, [
    "a.example",
    "b.example",
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

Deno.test("kafkaServers() reads one broker or several", () => {
  const servers = (yaml: string) => kafkaServers(loadText(yaml).config.kafka!);
  deepStrictEqual(servers("kafka: {server: 'k:1'}"), [{ host: "k", port: 1 }]);
  deepStrictEqual(servers("kafka: {servers: ['k:1', '[::1]:2']}")[1], { host: "::1", port: 2 });
});

Deno.test("statusStore() is PostgreSQL where there is one, but the file of run", () => {
  const loaded = loadText("postgres: {host: p, user: u}");
  deepStrictEqual(statusStore(loaded).net, ["p:5432"]);
  deepStrictEqual(statusStore(loaded, storeKind(loaded, "run")), {
    read: ["/srv"],
    write: ["/srv"],
  });
  strictEqual(storeKind(loadText("store: {path: a.db}")), "sqlite");
});
