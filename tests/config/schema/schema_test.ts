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

Deno.test("configSchema gives an encoded configuration that means the same", () => {
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

const SITE = { url: "http://a/" };
const KAFKA = { server: "k:1" };

/** Of each bound, what is just within it and what is just beyond. */
const BOUNDS:
  readonly (readonly [string, (value: never) => object, within: unknown[], beyond: unknown[]])[] = [
    ["interval", (interval) => ({ interval }), ["100ms", "7d"], ["99ms", "604801s"]],
    ["timeout", (timeout) => ({ defaults: { timeout } }), ["10ms", "10m"], ["9ms", "601s"]],
    ["redirects", (redirects) => ({ defaults: { redirects } }), [0, 10], [-1, 11, 1.5]],
    ["max_body_bytes", (max_body_bytes) => ({ defaults: { max_body_bytes } }), [1, "64MiB"], [
      0,
      "65MiB",
    ]],
    ["pattern", (pattern) => ({ defaults: { pattern } }), ["x".repeat(4_096)], [
      "",
      "x".repeat(4_097),
    ]],
    ["headers", (headers) => ({ defaults: { headers } }), [numbered(64)], [numbered(65)]],
    ["header", (A) => ({ defaults: { headers: { A } } }), ["x".repeat(8_192)], ["x".repeat(8_193)]],
    ["labels", (labels) => ({ defaults: { labels } }), [numbered(32)], [numbered(33)]],
    ["label", (a) => ({ defaults: { labels: { a } } }), ["x".repeat(256)], ["", "x".repeat(257)]],
    ["body", (body) => ({ defaults: { body } }), ["x".repeat(1_048_576)], ["x".repeat(1_048_577)]],
    [
      "status",
      (status) => ({ defaults: { expect: { status } } }),
      [100, 999, Array(32).fill(200)],
      [
        99,
        1_000,
        [],
        Array(33).fill(200),
        "300-200",
      ],
    ],
    ["attempts", (attempts) => ({ defaults: { retries: { attempts } } }), [1, 10], [0, 11]],
    ["delay", (delay) => ({ defaults: { retries: { delay } } }), [0, "1m"], ["61s"]],
    ["redirects.max", (max) => ({ defaults: { redirects: { max } } }), [0, 10], [-1, 11]],
    ["bearer", (bearer) => ({ defaults: { auth: { bearer } } }), ["x".repeat(4_096)], [
      "",
      "a b",
      "é",
      "x".repeat(4_097),
    ]],
    [
      "username",
      (username) => ({ defaults: { auth: { basic: { username, password: "p" } } } }),
      ["me"],
      ["", "a:b", "a\nb"],
    ],
    ["response_time", (response_time) => ({ defaults: { expect: { response_time } } }), [
      "1ms",
      "10m",
      { degraded: 1, down: 2 },
    ], [0, "601s", { degraded: 2, down: 2 }]],
    ["certificate_days", (certificate_days) => ({ defaults: { expect: { certificate_days } } }), [
      0,
      3_650,
      { degraded: 2, down: 1 },
    ], [-1, 3_651, 1.5, { degraded: 1, down: 1 }]],
    ["size", (size) => ({ defaults: { expect: { size } } }), [{ min: 0, max: "64MiB" }], [
      {},
      { max: "65MiB" },
      { min: 2, max: 1 },
    ]],
    ["contains", (contains) => ({ defaults: { expect: { body: { contains } } } }), [
      "x".repeat(4_096),
      Array(64).fill("a"),
    ], ["", [], "x".repeat(4_097), Array(65).fill("a")]],
    ["json", (json) => ({ defaults: { expect: { json } } }), [
      Array(64).fill({ path: "$", exists: true }),
    ], [[], Array(65).fill({ path: "$", exists: true }), [{ path: "$" }]]],
    ["traces.ratio", (ratio) => ({ traces: { endpoint: "http://c", ratio } }), [0.001, 1], [
      0,
      1.1,
      "1",
    ]],
    ["traces.endpoint", (endpoint) => ({ traces: { endpoint } }), [
      "https://c:4318/otlp",
      `http://c/${"x".repeat(2_039)}`,
    ], [
      "c:4318",
      "http://u:p@c/",
      "http://c/?key=1",
      "http://c/#a",
      "http://c /",
      `http://c/${"x".repeat(2_040)}`,
    ]],
    ["connectivity.urls", (urls) => ({ connectivity: { urls } }), [Array(16).fill("http://a/")], [
      [],
      Array(17).fill("http://a/"),
      ["a"],
    ]],
    ["name", (name) => ({ sites: [{ ...SITE, name }] }), ["n".repeat(200)], ["", "n".repeat(201)]],
    ["url", (url) => ({ sites: [{ url }] }), [`http://a/${"x".repeat(2_039)}`], [
      `http://a/${"x".repeat(2_040)}`,
    ]],
    ["location", (location) => ({ location }), ["l".repeat(200)], ["", "l".repeat(201), "a\nb"]],
    ["include", (include) => ({ include }), [Array(100).fill("a")], [Array(101).fill("a")]],
    ["shutdown_timeout", (shutdown_timeout) => ({ shutdown_timeout }), [0, "10m"], ["601s"]],
    ["listen", (listen) => ({ listen }), ["a:0", "a:65535"], ["a:65536"]],
    ["max_rows", (max_rows) => ({ outbox: { max_rows } }), [2, 100_000_000], [1, 100_000_001]],
    ["max_bytes", (max_bytes) => ({ outbox: { max_bytes } }), ["256KiB", "1TiB"], [
      262_143,
      "1025GiB",
    ]],
    ["min_free_bytes", (min_free_bytes) => ({ outbox: { min_free_bytes } }), [0, "1TiB"], [
      "1025GiB",
    ]],
    ["threads", (threads) => ({ scanner: { threads } }), [1, 64], [0, 65]],
    ["concurrency", (concurrency) => ({ scanner: { concurrency } }), [1, 10_000], [0, 10_001]],
    ["group", (group) => ({ scanner: { group } }), ["g".repeat(100), { name: "a.b-c_D9" }], [
      "",
      "g".repeat(101),
      "a/b",
      "a@b",
      {},
    ]],
    [
      "session_timeout",
      (session_timeout) => ({ scanner: { group: { name: "g", session_timeout } } }),
      ["6s", "5m"],
      ["5999ms", "301s"],
    ],
    [
      "group.partitions",
      (partitions) => ({ scanner: { group: { name: "g", partitions } } }),
      [1, 1_000],
      [0, 1_001, 1.5],
    ],
    ["deny", (deny) => ({ address_policy: { deny } }), [Array(256).fill("a")], [
      Array(257).fill("a"),
    ]],
    ["allow_hosts", (allow_hosts) => ({ allow_hosts }), [Array(1_000).fill("a")], [
      Array(1_001).fill("a"),
    ]],
    ["servers", (servers) => ({ kafka: { servers } }), [Array(32).fill("k:1")], [
      [],
      Array(33).fill("k:1"),
    ]],
    ["topic", (topic) => ({ kafka: { ...KAFKA, topic } }), ["t".repeat(249), "a.b-c_D9", "..."], [
      "",
      ".",
      "..",
      "t".repeat(250),
      "a/b",
    ]],
    ["partitions", (partitions) => ({ kafka: { ...KAFKA, partitions } }), [-1, 1, 10_000], [
      -2,
      0,
      10_001,
    ]],
    ["replication", (replication_factor) => ({ kafka: { ...KAFKA, replication_factor } }), [
      -1,
      100,
    ], [0, 101]],
    ["retention", (retention) => ({ kafka: { ...KAFKA, retention } }), ["1m", "3650d"], [
      "59s",
      "3651d",
    ]],
    ["consumers", (consumers) => ({ kafka: { ...KAFKA, consumers } }), [1, 64], [0, 65]],
    ["host", (host) => ({ postgres: { host, user: "u" } }), ["db.example", "192.0.2.7", "::1"], [
      "",
      "/run/postgresql",
      "a:b",
      "db:5432",
      "*.example",
      "a,b",
    ]],
    ["port", (port) => ({ postgres: { host: "p", user: "u", port } }), [1, 65_535], [0, 65_536]],
    ["schema", (schema) => ({ postgres: { host: "p", user: "u", schema } }), ["s".repeat(63)], [
      "",
      "s".repeat(64),
      "1s",
      'a"b',
    ]],
    ["connect", (connect) => ({ postgres: { host: "p", user: "u", timeouts: { connect } } }), [
      "100ms",
      "5m",
    ], ["99ms", "301s"]],
    [
      "statement",
      (statement) => ({ postgres: { host: "p", user: "u", timeouts: { statement } } }),
      [
        "100ms",
        "1h",
      ],
      ["99ms", "3601s"],
    ],
  ];

function numbered(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, "b"]));
}

for (const [name, configure, within, beyond] of BOUNDS) {
  Deno.test(`configSchema holds the bounds of ${name}`, () => {
    const isTaken = (value: unknown) => configSchema.safeParse(configure(value as never)).success;
    deepStrictEqual(within.map(isTaken), within.map(() => true), "within");
    deepStrictEqual(beyond.map(isTaken), beyond.map(() => false), "beyond");
  });
}
