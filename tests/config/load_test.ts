import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { ConfigError } from "../../src/config/config_error.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { ReadConfig, Role } from "../../src/config/loaded_config.ts";
import { showConfig } from "../../src/config/show.ts";
import { addressRangeProblem } from "../../src/scanner/reach/address_policy.ts";
import { BAD_CONFIGURATIONS, ENVIRONMENT, NAMED_FILES } from "./bad_configurations.ts";
import { fakeHostEnvironment, type FakeMachine } from "./fake_host_environment.ts";

const FILE = "sitemon.yaml";

function load(yaml: string, machine: FakeMachine = {}, role?: Role): ReadConfig {
  return loadConfig(FILE, {
    ...(role && { role }),
    hostEnvironment: fakeHostEnvironment({ ...machine, files: { ...machine.files, [FILE]: yaml } }),
    checkAddress: addressRangeProblem,
    checkJsonPath: (path) => path.startsWith("$") ? undefined : "it must begin with $",
    checkPattern: (pattern) => pattern.includes("(?=") ? "lookahead is not possible" : undefined,
  });
}

function mistakesOf(yaml: string, machine: FakeMachine = {}, role?: Role): string[] {
  try {
    load(yaml, machine, role);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n");
    throw error;
  }
}

for (const { what, yaml, role, mistakes } of BAD_CONFIGURATIONS) {
  Deno.test(`loadConfig() refuses ${what}`, () => {
    deepStrictEqual(mistakesOf(yaml, { files: NAMED_FILES, env: ENVIRONMENT }, role), mistakes);
  });
}

Deno.test("loadConfig() tells mistakes of every kind at once", () => {
  const yaml = `
intervall: 5
location: \${NOWHERE}
outbox: {max_rows: 2}
sites:
  - url: http://a/
    pattern: (?=x)
    retries: 3
  - url: http://b/
    tls: {ca: no.pem}
kafka: {tls: maybe}
include: [more.yaml]
location: here
`;
  const kinds = mistakesOf(yaml, { files: { "more.yaml": "- name: c" } }).map((mistake) =>
    mistake.replace(/ as .*/, "")
  );
  deepStrictEqual(kinds, [
    'sitemon.yaml:2:1: Cannot use "intervall"',
    'sitemon.yaml:3:11: Cannot resolve "${NOWHERE}"',
    'sitemon.yaml:4:20: Cannot use "outbox.max_rows"',
    'sitemon.yaml:7:14: Cannot use "sites.pattern"',
    'sitemon.yaml:8:14: Cannot use "sites.retries"',
    'sitemon.yaml:10:15: Cannot read "sites.tls.ca"',
    'sitemon.yaml:11:8: Cannot go on without "kafka.server"',
    'sitemon.yaml:11:14: Cannot use "kafka.tls"',
    "sitemon.yaml:13:1: Cannot use this key",
    'more.yaml:1:3: Cannot go on without "sites.url"',
  ]);
});

Deno.test("loadConfig() refuses a file that is missing", () => {
  throws(() => loadConfig("no.yaml", { hostEnvironment: fakeHostEnvironment({}) }), {
    name: "ConfigError",
    message: 'no.yaml:1:1: Cannot read "no.yaml" as the file must be readable: it is not there; ' +
      "correct the path",
  });
});

Deno.test("loadConfig() judges nothing that a syntax error may have spoiled", () => {
  deepStrictEqual(mistakesOf("intervall: 5\nlog: {\n  level: loud\ninterval: never\n").length, 2);
});

Deno.test("loadConfig() gives sites what they inherit, in the program's units", () => {
  const { sites } = load(
    `
interval: 5
defaults:
  timeout: 3s
  headers: {accept: text/html, X-Team: shop}
  labels: {team: shop}
  tls: {server_name: a.example}
  expect: {status: "!404"}
sites:
  - url: http://a/
    headers: {Accept: "*/*"}
    labels: {tier: "1"}
    tls: {insecure: true}
    max_body_bytes: 64KiB
    interval: 500ms
    body: {file: body.txt}
    ip_version: 6
    redirects: 0
  - url: http://b/
    expect: {status: [2xx, 304]}
`,
    { files: { "body.txt": "hello\n" } },
  );
  deepStrictEqual(sites[0], {
    name: "http://a/",
    url: "http://a/",
    intervalMs: 500,
    timeoutMs: 3_000,
    connectTimeoutMs: 5_000,
    method: "GET",
    headers: { "X-Team": "shop", Accept: "*/*" },
    body: "hello\n",
    expect: { status: [{ first: 404, last: 404, negated: true }] },
    redirectsMax: 0,
    bodyBytesMax: 65_536,
    tls: { insecure: true, serverName: "a.example" },
    ipVersion: 6,
    labels: { team: "shop", tier: "1" },
  });
  strictEqual(sites[1]!.intervalMs, 5_000);
  deepStrictEqual(sites[1]!.expect?.status, [
    { first: 200, last: 299, negated: false },
    { first: 304, last: 304, negated: false },
  ]);
});

Deno.test("loadConfig() gives expectations in the scanner's own form", () => {
  const { sites } = load(`
defaults:
  expect: {response_time: {degraded: 1s, down: 5s}, certificate_days: 14}
  retries: {attempts: 3}
sites:
  - url: http://a/
    auth: {basic: {username: me, password: word}}
    redirects: {max: 3, allow_downgrade: true}
    retries: {delay: 500ms, on: [any]}
    expect:
      response_time: 2s
      body: {contains: a, not_matches: [b, c]}
      json: [{path: $.a, not_equals: null, less_than: 3, greater_than: 1}]
      header: [{name: ETag, not_equals: x}]
      size: {min: 1KiB, max: 1MiB}
      invert: true
  - url: http://b/
    auth: {bearer: token}
    expect: {certificate_days: {degraded: 30, down: 7}}
`);
  const { expect, auth, redirectsMax, allowsDowngrade, retries } = sites[0]!;
  deepStrictEqual(expect, {
    responseTimeMs: { down: 2_000 },
    certificateDays: { degraded: 14 },
    body: { contains: ["a"], notContains: [], matches: [], notMatches: ["b", "c"] },
    json: [{ path: "$.a", notEquals: null, lessThan: 3, greaterThan: 1 }],
    header: [{ name: "ETag", notEquals: "x" }],
    size: { bytesMin: 1_024, bytesMax: 1_048_576 },
    invert: true,
  });
  deepStrictEqual(auth, { basic: { username: "me", password: "word" } });
  deepStrictEqual([redirectsMax, allowsDowngrade], [3, true]);
  deepStrictEqual(retries, { attempts: 2, delayMs: 500, on: ["any"] });
  deepStrictEqual(sites[1]!.expect, {
    responseTimeMs: { degraded: 1_000, down: 5_000 },
    certificateDays: { degraded: 30, down: 7 },
  });
  deepStrictEqual(sites[1]!.auth, { bearer: "token" });
  deepStrictEqual(sites[1]!.retries?.attempts, 3);
});

Deno.test("loadConfig() hides credentials of auth and of connectivity", () => {
  const { secrets } = load(`
connectivity: {urls: ["https://u:pass1@a.example/"]}
sites:
  - {url: http://a/, auth: {basic: {username: me, password: pass2}}}
  - {url: http://b/, auth: {bearer: pass3}}
`);
  for (const secret of ["pass1", "pass2", btoa("me:pass2"), "pass3"]) ok(secrets.includes(secret));
});

Deno.test("loadConfig() adds the sites of included files, each file once", () => {
  const machine = {
    files: {
      "sites/a.yaml": "- url: http://a/",
      "sites/b.yaml": "sites:\n  - url: http://b/\n    body: {file: b.txt}",
      "sites/b.txt": "from beside",
      "sites/.hidden.yaml": "nonsense",
    },
  };
  const loaded = load("include: ['sites/*.yaml', sites/a.yaml]", machine);
  deepStrictEqual(loaded.sites.map(({ url }) => url), ["http://a/", "http://b/"]);
  strictEqual(loaded.sites[1]!.body, "from beside");
  deepStrictEqual(loaded.files, [
    "/srv/sitemon.yaml",
    "/srv/sites/a.yaml",
    "/srv/sites/b.yaml",
    "/srv/sites/b.txt",
  ]);
});

Deno.test("loadConfig() does not include a file in itself", () => {
  const hostEnvironment = fakeHostEnvironment({
    files: {
      "./conf/sitemon.yaml": "include: ['*.yaml']",
      "conf/sitemon.yaml": "",
      "conf/a.yaml": "[]",
    },
  });
  deepStrictEqual(loadConfig("./conf/sitemon.yaml", { hostEnvironment }).files, [
    "/srv/conf/sitemon.yaml",
    "/srv/conf/a.yaml",
  ]);
});

Deno.test("loadConfig() resolves references, and gathers what they stand for", () => {
  const yaml = `
location: \${PLACE:-attic}
sites:
  - {name: a, url: "https://user:\${PASSWORD}@a/", headers: {Authorization: "Bearer \${TOKEN}"}}
  - {name: b, url: "http://b/?x=$\${y}"}
postgres: {host: p, user: u, password: "\${file:secret}", port: "\${PORT}"}
`;
  const env = { PASSWORD: "s3cret", TOKEN: "t0ken", PORT: "5433" };
  const { config, sites, secrets } = load(yaml, {
    env,
    files: { secret: "hunter2\n" },
  });
  strictEqual(config.location, "attic");
  strictEqual(config.postgres?.password, "hunter2");
  strictEqual(config.postgres?.port, 5433);
  strictEqual(sites[0]!.url, "https://user:s3cret@a/");
  strictEqual(sites[1]!.url, "http://b/?x=${y}");
  for (const secret of ["s3cret", "t0ken", "hunter2", "user:s3cret", btoa("user:s3cret")]) {
    ok(secrets.includes(secret), secret);
  }
  ok(!secrets.includes("5433"), "a port is no secret");
  ok(!secrets.includes("attic"), "a default stands in the file");
});

Deno.test("loadConfig() reads PEM files for Kafka, PostgreSQL and sites", () => {
  const files = {
    "ca.pem": "-----BEGIN CERTIFICATE-----\nca",
    "cert.pem": "-----BEGIN CERTIFICATE-----\ncert",
    "key.pem": "-----BEGIN PRIVATE KEY-----\nkey",
  };
  const loaded = load(
    `
kafka: {server: "k:1", tls: {ca: ca.pem, server_name: broker}}
postgres: {host: p, user: u, tls: {ca: ca.pem, cert: cert.pem, key: key.pem}}
defaults: {tls: {ca: ca.pem}}
sites: [{url: "https://a/"}]
`,
    { files },
  );
  deepStrictEqual(loaded.kafkaTls, {
    ca: files["ca.pem"],
    insecure: false,
    serverName: "broker",
  });
  deepStrictEqual(loaded.postgresTls, {
    mode: "verify-full",
    ca: files["ca.pem"],
    cert: files["cert.pem"],
    key: files["key.pem"],
  });
  deepStrictEqual(loaded.sites[0]!.tls, { ca: files["ca.pem"], insecure: false });
});

Deno.test("loadConfig() names a site of a secret url as it is written, since names travel", () => {
  const { sites } = load("sites: [{url: 'http://h/${TOKEN}'}]", { env: { TOKEN: "t0ken" } });
  strictEqual(sites[0]!.name, "http://h/${TOKEN}");
});

Deno.test("loadConfig() takes exactly two outbox rows a site", () => {
  const sites = "sites: [{url: 'http://a/'}, {url: 'http://b/'}]\n";
  strictEqual(load(`${sites}outbox: {max_rows: 4}`).config.outbox.max_rows, 4);
  strictEqual(mistakesOf(`${sites}outbox: {max_rows: 3}`).length, 1);
});

Deno.test("loadConfig() keeps state in $STATE_DIRECTORY, or else in the working folder", () => {
  const env = { STATE_DIRECTORY: "/var/lib/sitemon:/var/lib/other" };
  strictEqual(load("").config.outbox.path, "/srv/sitemon-outbox.db");
  strictEqual(load("", { env }).config.store.path, "/var/lib/sitemon/sitemon-status.db");
  strictEqual(load("store: {path: /a.db}", { env }).config.store.path, "/a.db");
});

Deno.test("loadConfig() warns of an empty list of sites, and of a password in plain text", () => {
  const yaml = 'sites: []\nkafka: {server: "k:1", sasl: {mechanism: plain, username: u, ' +
    "password: p}}";
  const warnings = load(yaml, {}, "producer").warnings.map(({ line, message }) =>
    `${line} ${message}`
  );
  deepStrictEqual(warnings, [
    "1 Nothing will be checked as there are no sites",
    '2 The password of "kafka.sasl" will travel in plain text as "kafka.tls" is off',
  ]);
});

Deno.test("loadConfig() does not follow aliases that multiply", () => {
  const levels = Array.from({ length: 9 }, (_, index) => {
    const items = Array(9).fill(index === 0 ? "x" : `*l${index - 1}`).join(", ");
    return `l${index}: &l${index} [${items}]`;
  });
  ok(mistakesOf(levels.join("\n")).some((mistake) => mistake.includes("aliases must end")));
});

Deno.test("loadConfig() refuses files that are too large, and globs that find too many", () => {
  const large = `#${" ".repeat(16_777_216)}`;
  match(mistakesOf(large)[0]!, /it is larger than 16777216 bytes; correct the path$/);
  match(
    mistakesOf("postgres: {host: p, user: u, password: '${file:f}'}", {
      files: { f: "x".repeat(65_537) },
    })[0]!,
    /it is larger than 65536 bytes; correct the path$/,
  );
  const files = Object.fromEntries(
    Array.from({ length: 10_001 }, (_, index) => [`more/s${index}`, "[]"]),
  );
  match(
    mistakesOf("include: [more/*]", { files })[0]!,
    /must find 1 to 10000 files: it finds 10001;/,
  );
});

Deno.test("loadConfig() refuses nesting that is too deep for the stack", () => {
  match(mistakesOf("[".repeat(100_000)).join("\n"), /Cannot read .*: it is nested too deeply;/);
});

Deno.test("loadConfig() throws nothing but ConfigError, whatever the file holds", () => {
  const words = fc.constantFrom(
    ..."sites: - url: http://a/ kafka: server: ${A} ${ $${ &a *a !x [ ] { } ' \" # | > --- \t"
      .split(" "),
    "\n",
    "\n  ",
    "\n- ",
    "<<: ",
    "__proto__: ",
    "constructor: ",
    "%YAML 1.1\n---\n",
    "!!binary ",
    "? ",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(words, { maxLength: 30 }).map((parts) => parts.join("")),
    fc.json(),
  );
  fc.assert(
    fc.property(text, (yaml) => {
      mistakesOf(yaml);
    }),
    { numRuns: 500 },
  );
});

Deno.test("loadConfig() never tells a secret, neither in mistakes nor in what is shown", () => {
  const secret = fc.stringMatching(/^[a-zA-Z0-9]{12,40}$/);
  const places = [
    (text: string) => `postgres: {host: p, user: u, password: "${text}"}`,
    (text: string) => `sites: [{name: a, url: "https://user:${text}@h/"}]`,
    (text: string) => `sites: [{name: a, url: "https://${text}@h/"}]`,
    (text: string) => `defaults: {proxy: "http://u:${text}@h:1"}\nsites: [{url: "http://a/"}]`,
    (text: string) => `sites: [{url: "http://a/", headers: {Authorization: "Bearer ${text}"}}]`,
    (text: string) => `sites: [{url: "http://a/", headers: {Cookie: ["${text}"]}}]`,
    (text: string) =>
      `kafka: {server: "k:1", sasl: {username: u, mechanism: plain, password: "${text}"}}`,
    (text: string) => `sites: [{url: "ftp://user:${text}@h/"}]`,
    (text: string) => `postgres: {host: p, user: u, password: ["${text}"]}`,
    (text: string) => `postgres: {host: p} {password: "${text}"}`,
    (text: string) => `postgres: {host: p, password: "${text}\\q"}`,
  ];
  const referenced = [
    ...places,
    (text: string) => `location: "${text}"\ninterval: "${text}"`,
    (text: string) => `sites: [{url: "http://h/${text}", expect: {status: "${text}"}}]`,
    (text: string) => `log: {level: "${text}"}\nlisten: "${text}"`,
  ];
  fc.assert(
    fc.property(secret, fc.nat(places.length - 1), (text, index) => {
      ok(!told(places[index]!(text), {}).includes(text));
    }),
  );
  fc.assert(
    fc.property(secret, fc.nat(referenced.length - 1), (text, index) => {
      ok(!told(referenced[index]!("${SECRET}"), { SECRET: text }).includes(text));
    }),
  );
});

/** All that people see of a configuration. */
function told(yaml: string, env: Readonly<Record<string, string>>): string {
  try {
    return showConfig(load(yaml, { env }));
  } catch (error) {
    if (error instanceof ConfigError) return JSON.stringify(error.mistakes) + error.stack;
    throw error;
  }
}
