import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { loadConfig } from "../../src/config/load.ts";
import type { DaemonRole, LoadedConfig } from "../../src/config/loaded_config.ts";
import {
  joined,
  permissionFlags,
  type Permissions,
} from "../../src/config/permissions/permissions.ts";
import { processPermissions, rolesOf } from "../../src/config/permissions/needs.ts";
import { daemonPermissions } from "../../src/threads/registry.ts";
import { fakeHostEnvironment } from "../config/fake_host_environment.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

function load(yaml: string, env: Readonly<Record<string, string>> = {}) {
  return loadConfig("a.yaml", {
    hostEnvironment: fakeHostEnvironment({ files: { "a.yaml": yaml }, env }),
  });
}

function permissionsFor(role: DaemonRole, loaded: LoadedConfig): Permissions {
  return processPermissions(loaded, Object.values(daemonPermissions(loaded, role)));
}

Deno.test("processPermissions() joins what the threads need with what main needs", () => {
  const yaml = `
listen: 127.0.0.1:9464
web: {listen: "127.0.0.1:9080"}
sites: [{url: "https://example.org/\${TOKEN}"}]
store: {path: /data/status/s.db}
outbox: {path: /data/out/o.db}
`;
  deepStrictEqual(permissionsFor("run", load(yaml, { TOKEN: "t0ken" })), {
    net: ["127.0.0.1:9080", "127.0.0.1:9464", "example.org"],
    read: ["/data/out", "/data/status", "/etc/machine-id", "/srv", "/srv/a.yaml"],
    write: ["/data/out", "/data/status"],
    env: ["CLICOLOR_FORCE", "FORCE_COLOR", "NO_COLOR", "STATE_DIRECTORY", "TOKEN"],
    sys: ["statfs"],
  });
});

Deno.test("processPermissions() lets main compare the exporter of traces with the configuration", () => {
  const envOf = (yaml: string) => permissionsFor("run", load(yaml, {})).env;
  const sites = "sites: [{url: 'http://a/'}]\n";
  const without = envOf(sites);
  deepStrictEqual(
    envOf(`${sites}traces: {endpoint: 'http://c'}\n`).filter((name) => !without.includes(name)),
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"],
  );
});

Deno.test("rolesOf() lists the daemons that a configuration is complete for", () => {
  const sites = "sites: [{url: 'http://a/'}]\n";
  const kafka = "kafka: {server: 'k:1'}\n";
  const postgres = "postgres: {host: p, user: u}\n";
  const web = "web: {title: Status}\n";
  const cases: [string, string[]][] = [
    ["", []],
    [sites, ["run"]],
    [sites + kafka, ["producer"]],
    [kafka, []],
    [kafka + postgres, ["consumer"]],
    [sites + kafka + postgres, ["producer", "consumer"]],
    [kafka + postgres + web, ["consumer", "web"]],
    [postgres + web, ["web"]],
    [postgres + "web: false", []],
  ];
  for (const [yaml, roles] of cases) deepStrictEqual(rolesOf(load(yaml)), roles, yaml);
});

Deno.test("permissionFlags() doubles commas, and leaves out what is empty", () => {
  const permissions: Permissions = joined([{ net: ["a", "b:1"], read: ["/a,b"] }]);
  deepStrictEqual(permissionFlags(permissions), ["--allow-net=a,b:1", "--allow-read=/a,,b"]);
  deepStrictEqual(permissionFlags(joined([])), []);
});

/** Starts the threads of a command in a process that has nothing but these permissions. */
async function start(file: string, role: string, permissions: Permissions) {
  const flags = ["--quiet", "--no-prompt", ...permissionFlags(permissions)];
  const args = ["run", ...flags, "tests/threads/start_threads.ts", file, role];
  const command = new Deno.Command(Deno.execPath(), { args, cwd: ROOT });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const EXAMPLES = [["producer", "producer"], ["consumer", "consumer"], ["run", "run"]] as const;

for (const [name, role] of EXAMPLES) {
  Deno.test(`permissionFlags() are enough for every thread of ${role}`, async () => {
    const file = `${ROOT}example_config/${name}.yaml`;
    const needs = permissionsFor(role, loadConfig(file, { role }));
    const read = [...needs.read, `${ROOT}tests/threads`];
    const { stdout, stderr } = await start(file, role, { ...needs, read });
    strictEqual(`${stdout}${stderr}`, "started\n");
  });
}

Deno.test("permissionFlags() are needed: without those of Kafka no relay starts", async () => {
  const file = `${ROOT}example_config/producer.yaml`;
  const needs = permissionsFor("producer", loadConfig(file));
  const read = [...needs.read, `${ROOT}tests/threads`];
  const { success, stderr } = await start(file, "producer", { ...needs, read, net: ["httpbin"] });
  strictEqual(success, false);
  match(stderr, /[Pp]ermission|escalat|NotCapable/);
});
