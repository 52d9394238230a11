import { deepStrictEqual, strictEqual } from "node:assert/strict";
import * as z from "zod";
import { configSchema } from "../../../src/config/schema/schema.ts";
import { configJsonSchema } from "../../../src/config/show.ts";
import { schemaKeys } from "./schema_keys.ts";

const DOCUMENT = new URL("../../../docs/configuration.md", import.meta.url);

Deno.test("configSchema has the rows of docs/configuration.md, and no others", () => {
  const text = Deno.readTextFileSync(DOCUMENT);
  const documented = text.split("\n").filter((line) => /^\| `[a-z]/.test(line))
    // The formatter fills columns up with spaces.
    .map((line) => line.replaceAll(/ +/g, " ")).sort();
  const rows = schemaKeys().map((
    { name, description, values, standard },
  ) => `| \`${name}\` | ${description} | ${values} | ${standard} |`).sort();
  deepStrictEqual(documented, rows);
});

Deno.test("configSchema describes every key", () => {
  deepStrictEqual(schemaKeys().filter(({ description }) => description === ""), []);
});

Deno.test("configSchema decodes what it encodes", () => {
  const config = configSchema.parse({
    interval: 0.5,
    sites: [{ url: "http://a/", timeout: "1m", expect: { status: ["2xx", "!204"] } }],
    defaults: { max_body_bytes: 2_048, headers: { A: "b" } },
    listen: "[::1]:0",
    allow_hosts: ["a.example", "b.example:8080"],
    kafka: { servers: ["k:1"], retention: "7d", tls: { insecure: true } },
    postgres: { host: "p", user: "u", tls: { mode: "require" } },
  });
  const encoded = z.encode(configSchema, config);
  strictEqual(encoded.interval, "500ms");
  strictEqual(encoded.defaults?.max_body_bytes, "2KiB");
  deepStrictEqual(configSchema.parse(encoded), config);
});

Deno.test("configJsonSchema() describes what a file may hold, with its defaults", () => {
  const { properties } = configJsonSchema() as {
    properties: Record<string, { default: unknown; description: string }>;
  };
  strictEqual(properties.interval!.default, "10s");
  strictEqual(properties.interval!.description, "Time between two checks of a site.");
  deepStrictEqual(Object.keys(properties).sort(), Object.keys(configSchema.shape).sort());
});

/** What a section must have, so that one of its keys can be tried alone. */
const BASE = {
  sites: [{ url: "http://a/" }],
  alerts: { rules: [{ name: "a" }], heartbeat: { url: "http://a/" } },
  scanner: { group: { name: "g" } },
  traces: { endpoint: "http://c" },
  kafka: { server: "k:1" },
  postgres: { host: "p", user: "u" },
};

/** Of each bound, what is just within it and what is just beyond. */
const BOUNDS: readonly (readonly [path: string, within: unknown[], beyond: unknown[]])[] = [
  ["interval", ["100ms", "7d"], ["99ms", "604801s"]],
  ["location", ["l".repeat(200)], ["", "l".repeat(201), "a\nb"]],
  ["include", [Array(100).fill("a")], [Array(101).fill("a")]],
  ["shutdown_timeout", [0, "10m"], ["601s"]],
  ["listen", ["a:0", "a:65535"], ["a:65536"]],
  ["sites.0.name", ["n".repeat(200)], ["", "n".repeat(201)]],
  ["sites.0.url", [`http://a/${"x".repeat(2_039)}`], [`http://a/${"x".repeat(2_040)}`]],
  ["defaults.timeout", ["10ms", "10m"], ["9ms", "601s"]],
  ["defaults.redirects", [0, 10], [-1, 11, 1.5]],
  ["defaults.redirects.max", [0, 10], [-1, 11]],
  ["defaults.max_body_bytes", [1, "64MiB"], [0, "65MiB"]],
  ["defaults.pattern", ["x".repeat(4_096)], ["", "x".repeat(4_097)]],
  ["defaults.headers", [numbered(64)], [numbered(65)]],
  ["defaults.headers.A", ["x".repeat(8_192)], ["x".repeat(8_193)]],
  ["defaults.labels", [numbered(32)], [numbered(33)]],
  ["defaults.labels.a", ["x".repeat(256)], ["", "x".repeat(257)]],
  ["defaults.body", ["x".repeat(1_048_576)], ["x".repeat(1_048_577)]],
  ["defaults.retries.attempts", [1, 10], [0, 11]],
  ["defaults.retries.delay", [0, "1m"], ["61s"]],
  ["defaults.auth.bearer", ["x".repeat(4_096)], ["", "a b", "é", "x".repeat(4_097)]],
  ["defaults.auth.basic", [login("me")], [login(""), login("a:b"), login("a\nb")]],
  [
    "defaults.expect.status",
    [100, 999, Array(32).fill(200)],
    [99, 1_000, [], Array(33).fill(200), "300-200"],
  ],
  [
    "defaults.expect.response_time",
    ["1ms", "1d", { degraded: 1, down: 2 }],
    [0, "25h", { degraded: 2, down: 2 }],
  ],
  [
    "defaults.expect.certificate_days",
    [0, 3_650, { degraded: 2, down: 1 }],
    [-1, 3_651, 1.5, { degraded: 1, down: 1 }],
  ],
  ["defaults.expect.size", [{ min: 0, max: "64MiB" }], [{}, { max: "65MiB" }, { min: 2, max: 1 }]],
  [
    "defaults.expect.body.contains",
    ["x".repeat(4_096), Array(64).fill("a")],
    ["", [], "x".repeat(4_097), Array(65).fill("a")],
  ],
  [
    "defaults.expect.json",
    [Array(64).fill({ path: "$", exists: true })],
    [[], Array(65).fill({ path: "$", exists: true }), [{ path: "$" }]],
  ],
  ["traces.ratio", [0.001, 1], [0, 1.1, "1"]],
  [
    "traces.endpoint",
    ["https://c:4318/otlp", `http://c/${"x".repeat(2_039)}`],
    [
      "c:4318",
      "http://u:p@c/",
      "http://c/?key=1",
      "http://c/#a",
      "http://c /",
      `http://c/${"x".repeat(2_040)}`,
    ],
  ],
  [
    "connectivity.urls",
    [Array(16).fill("http://a/")],
    [[], Array(17).fill("http://a/"), ["a"]],
  ],
  ["outbox.max_rows", [2, 100_000_000], [1, 100_000_001]],
  ["outbox.max_bytes", ["256KiB", "1TiB"], [262_143, "1025GiB"]],
  ["outbox.min_free_bytes", [0, "1TiB"], ["1025GiB"]],
  ["scanner.threads", [1, 64], [0, 65]],
  ["scanner.concurrency", [1, 10_000], [0, 10_001]],
  ["scanner.group", ["g".repeat(100), { name: "a.b-c_D9" }], [
    "",
    "g".repeat(101),
    "a/b",
    "a@b",
    {},
  ]],
  ["scanner.group.session_timeout", ["6s", "5m"], ["5999ms", "301s"]],
  ["scanner.group.partitions", [1, 1_000], [0, 1_001, 1.5]],
  ["address_policy.deny", [Array(256).fill("a")], [Array(257).fill("a")]],
  ["allow_hosts", [Array(1_000).fill("a")], [Array(1_001).fill("a")]],
  ["kafka.servers", [Array(32).fill("k:1")], [[], Array(33).fill("k:1")]],
  [
    "kafka.topic",
    ["t".repeat(249), "a.b-c_D9", "..."],
    ["", ".", "..", "t".repeat(250), "a/b"],
  ],
  ["kafka.partitions", [-1, 1, 10_000], [-2, 0, 10_001]],
  ["kafka.replication_factor", [-1, 100], [0, 101]],
  ["kafka.retention", ["1m", "3650d"], ["59s", "3651d"]],
  ["kafka.consumers", [1, 64], [0, 65]],
  [
    "postgres.host",
    ["db.example", "192.0.2.7", "::1"],
    ["", "run/postgresql", "/run/a,b", "a:b", "db:5432", "*.example", "a,b"],
  ],
  ["postgres.port", [1, 65_535], [0, 65_536]],
  ["postgres.schema", ["s".repeat(63), 'my "Schema"'], [
    "",
    "s".repeat(64),
    "é".repeat(32),
    "a\nb",
  ]],
  ["postgres.timeouts.connect", ["100ms", "5m"], ["99ms", "301s"]],
  ["postgres.timeouts.statement", ["100ms", "1h"], ["99ms", "3601s"]],
  ["sites.0.depends_on", [Array(16).fill("a")], [[], Array(17).fill("a")]],
  ["sites.0.runbook", [`http://a/${"x".repeat(247)}`], [`http://a/${"x".repeat(248)}`]],
  ["alerts.channels", [channels(100)], [channels(101)]],
  ["alerts.rules", [[], Array(200).fill({ name: "a" })], [Array(201).fill({ name: "a" })]],
  ["alerts.rules.0.name", ["n".repeat(100)], ["", "n".repeat(101)]],
  ["alerts.rules.0.after", ["20 of 20 checks", 1, "1d"], [
    "21 checks",
    "999ms",
    "25h",
    "1 of 21 checks",
  ]],
  ["alerts.rules.0.locations", ["100 of 100"], ["0 of 1", "1 of 101", "2"]],
  ["alerts.rules.0.remind", ["1m", "30d"], ["59s", "31d"]],
  ["alerts.rules.0.when", [["down"]], [[], ["up"]]],
  ["alerts.group_by", [[], Array(8).fill("a")], [Array(9).fill("a")]],
  ["alerts.group_wait", [0, "10m"], ["601s"]],
  ["alerts.flapping.changes", [2, 1_000], [1, 1_001]],
  ["alerts.heartbeat.every", ["1s", "1d"], ["999ms", "25h"]],
];

function channels(count: number): Record<string, unknown> {
  const entries = Array.from({ length: count }, (_, index) => {
    return [`a${index}`, { slack: { url: "http://a/" } }];
  });
  return Object.fromEntries(entries);
}

function numbered(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, "b"]));
}

function login(username: string) {
  return { username, password: "p" };
}

function configured(path: string, value: unknown): object {
  const config = structuredClone(BASE);
  const keys = path.split(".");
  const last = keys.pop()!;
  let at = config as Record<string, unknown>;
  for (const key of keys) at = (at[key] ??= {}) as Record<string, unknown>;
  at[last] = value;
  return config;
}

for (const [path, within, beyond] of BOUNDS) {
  Deno.test(`configSchema holds the bounds of ${path}`, () => {
    const isTaken = (value: unknown) => configSchema.safeParse(configured(path, value)).success;
    deepStrictEqual(within.map(isTaken), within.map(() => true), "within");
    deepStrictEqual(beyond.map(isTaken), beyond.map(() => false), "beyond");
  });
}
