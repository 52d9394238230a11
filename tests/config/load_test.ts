import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import fc, { runs } from "../support/random_runs.ts";
import { ConfigError } from "../../src/config/config_error.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { ReadConfig, Role } from "../../src/config/loaded_config.ts";
import type { Site } from "../../src/config/site.ts";
import { showConfig } from "../../src/config/show.ts";
import { addressRangeProblem } from "../../src/scanner/reach/address_policy.ts";
import { pem } from "../support/pem.ts";
import {
  BAD_CONFIGURATIONS,
  BAD_FOR_COMMAND,
  ENVIRONMENT,
  NAMED_FILES,
} from "./bad_configurations.ts";
import { fakeHostEnvironment, type FakeMachine } from "./fake_host_environment.ts";

const FILE = "sitemon.yaml";

function load(yaml: string, machine: FakeMachine = {}, role?: Role): ReadConfig {
  return loadConfig(FILE, {
    ...(role && { role }),
    hostEnvironment: fakeHostEnvironment({ ...machine, files: { ...machine.files, [FILE]: yaml } }),
    checkAddress: addressRangeProblem,
    checkJsonPath: (path) => path.startsWith("$") ? undefined : "must begin with $",
    checkPattern: (pattern) => pattern.includes("(?=") ? "lookahead is not supported" : undefined,
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

function refuses(yaml: string, mistakes: readonly string[], role?: Role): void {
  const found = mistakesOf(yaml, { files: NAMED_FILES, env: ENVIRONMENT }, role);
  deepStrictEqual(found.map((mistake) => mistake.replace(/^sitemon\.yaml:/, "")), mistakes);
}

for (const [yaml, mistakes] of Object.entries(BAD_CONFIGURATIONS)) {
  Deno.test(`loadConfig() refuses ${JSON.stringify(yaml)}`, () => refuses(yaml, [mistakes].flat()));
}

for (const [role, yaml, ...mistakes] of BAD_FOR_COMMAND) {
  Deno.test(`loadConfig() refuses, for ${role}: ${mistakes[0]}`, () => {
    refuses(yaml, mistakes, role);
  });
}

Deno.test("loadConfig() reports mistakes of every kind at once", () => {
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
  deepStrictEqual(mistakesOf(yaml, { files: { "more.yaml": "- name: c" } }), [
    'sitemon.yaml:2:1: unknown key "intervall"; did you mean "interval"?',
    'sitemon.yaml:3:11: environment variable "NOWHERE" is not set; set it, or write ${NOWHERE:-default}',
    'sitemon.yaml:4:20: "outbox.max_rows" (2) must be at least twice the number of sites (2); write 4 or more',
    'sitemon.yaml:7:14: invalid "sites.pattern": lookahead is not supported',
    'sitemon.yaml:8:14: invalid "sites.retries": a number is not a mapping with attempts, delay, on',
    'sitemon.yaml:10:15: invalid "sites.tls.ca": cannot read "no.pem": no such file',
    'sitemon.yaml:11:8: "kafka.server" is required',
    'sitemon.yaml:11:14: invalid "kafka.tls": the value is not true, false or a mapping with ca, cert, key, server_name, insecure',
    'sitemon.yaml:13:1: duplicate key "location": first defined at line 3',
    'more.yaml:1:3: "sites.url" is required',
  ]);
});

Deno.test("loadConfig() refuses a file that is missing", () => {
  throws(() => loadConfig("no.yaml", { hostEnvironment: fakeHostEnvironment({}) }), {
    name: "ConfigError",
    message: "no.yaml:1:1: no such file",
  });
});

Deno.test("loadConfig() reports nothing that may follow from a syntax error", () => {
  deepStrictEqual(mistakesOf("intervall: 5\nlog: {\n  level: loud\ninterval: never\n").length, 2);
});

Deno.test("loadConfig() resolves what sites inherit, in the program's units", () => {
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

Deno.test("loadConfig() gives expectations in the scanner's form", () => {
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

Deno.test("loadConfig() keeps every digit of an integer that a JSON value must be", () => {
  const { sites } = load(
    `
sites:
  - url: http://a/
    expect:
      json:
        - {path: $.id, equals: 9007199254740993, less_than: "\${ID}", greater_than: -9007199254740993}
        - {path: $.id, equals: 9007199254740991, not_equals: 1.0}
`,
    { env: { ID: "12345678901234567890" } },
  );
  deepStrictEqual(sites[0]!.expect!.json, [
    {
      path: "$.id",
      equals: 9007199254740993n,
      lessThan: 12345678901234567890n,
      greaterThan: -9007199254740993n,
    },
    { path: "$.id", equals: 9007199254740991, notEquals: 1 },
  ]);
});

Deno.test("loadConfig() lists credentials of auth and connectivity as secrets", () => {
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

Deno.test("loadConfig() resolves references, and lists their values as secrets", () => {
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
  ok(!secrets.includes("5433"), "a port is not a secret");
  ok(!secrets.includes("attic"), "a default is in the file");
});

Deno.test("loadConfig() reads PEM files for Kafka, PostgreSQL and sites", () => {
  const [cert, key] = [pem("right.cert"), pem("right.key")];
  const files = { "ca.pem": `# text\n${cert}`, "cert.pem": cert, "key.pem": cert + key };
  const loaded = load(
    `
kafka: {server: "k:1", tls: {ca: ca.pem, server_name: broker}}
postgres: {host: p, user: u, tls: {ca: ca.pem, cert: cert.pem, key: key.pem}}
defaults: {tls: {ca: ca.pem}}
alerts: {channels: {mail: {email: {host: m, from: a@b, to: [a@b], ca: ca.pem}}}}
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
  const [mail] = loaded.alerts!.channels;
  ok("email" in mail!);
  strictEqual(mail.email.ca, files["ca.pem"]);
});

Deno.test("loadConfig() lets no reference change the host of a URL, and leaves labels alone", () => {
  const env = { PW: "12#34x", HOST: "h" };
  const { sites, config: { connectivity }, secrets } = load(
    `
connectivity: {urls: ["http://u:\${PW}@c/"]}
defaults: {proxy: "http://u:\${PW}@p:1"}
sites: [{name: a, url: "http://u:\${PW}@a:1/", labels: {url: "http://\${HOST}/"}}]
`,
    { env },
  );
  const [{ url, proxy, labels }] = sites as [Site];
  deepStrictEqual({ url, proxy, labels, urls: connectivity?.urls }, {
    url: "http://u:12%2334x@a:1/",
    proxy: "http://u:12%2334x@p:1",
    labels: { url: "http://h/" },
    urls: ["http://u:12%2334x@c/"],
  });
  ok(secrets.includes("12#34x"));
  const problem = "the scheme, host and port of a URL cannot hold a reference; " +
    "write them out, and use references in its credentials, path or query";
  const refused = [
    ["sites: [{url: 'http://${HOST}/'}]", 15],
    ["defaults: {proxy: 'http://${HOST}:1'}", 19],
    ["connectivity: {urls: ['${HOST}']}", 23],
    ["traces: {endpoint: 'http://h:${HOST}'}", 20],
  ] as const;
  for (const [text, column] of refused) {
    deepStrictEqual(mistakesOf(text, { env }), [`sitemon.yaml:1:${column}: ${problem}`]);
  }
});

Deno.test("loadConfig() names a site with a secret URL by the reference, since names are published", () => {
  const { sites } = load("sites: [{url: 'http://h/${TOKEN}'}]", { env: { TOKEN: "t0ken" } });
  strictEqual(sites[0]!.name, "http://h/${TOKEN}");
  const machine = { env: { TOKEN: "t0ken" }, files: { "a/b": "s3cret" } };
  const named = (url: string) => load(`sites: [{url: '${url}'}]`, machine).sites[0]!.name;
  strictEqual(named("http://hunter2:${file:a/b}@h/"), "http://h/");
  strictEqual(named("http://hunter2:${TOKEN}${UNSET:-a#b}@h/${TOKEN}"), "http://h/${TOKEN}");
});

Deno.test("loadConfig() requires two outbox rows per site", () => {
  const sites = "sites: [{url: 'http://a/'}, {url: 'http://b/'}]\n";
  strictEqual(load(`${sites}outbox: {max_rows: 4}`).config.outbox.max_rows, 4);
  strictEqual(mistakesOf(`${sites}outbox: {max_rows: 3}`).length, 1);
});

Deno.test("loadConfig() keeps state in $STATE_DIRECTORY, or else in the working directory", () => {
  const env = { STATE_DIRECTORY: "/var/lib/sitemon:/var/lib/other" };
  strictEqual(load("").config.outbox.path, "/srv/sitemon-outbox.db");
  strictEqual(load("", { env }).config.store.path, "/var/lib/sitemon/sitemon-status.db");
  strictEqual(load("store: {path: /a.db}", { env }).config.store.path, "/a.db");
});

Deno.test("loadConfig() warns about an empty list of sites, and about credentials in plain text", () => {
  const yaml = 'sites: []\nkafka: {server: "k:1", sasl: {mechanism: plain, username: u, ' +
    "password: p},\n registry: {url: http://r, bearer: b}}";
  const warnings = load(yaml, {}, "producer").warnings.map(({ line, message }) =>
    `${line} ${message}`
  );
  deepStrictEqual(warnings, [
    "1 warning: no sites, so nothing is checked",
    '2 warning: "kafka.sasl" sends the password in plain text without "kafka.tls"',
    '3 warning: "kafka.registry" sends its credentials in plain text over http',
  ]);
});

Deno.test("loadConfig() warns about an empty file, and about one without sites that may need some", () => {
  const warningsOf = (yaml: string, role?: Role) =>
    load(yaml, { files: { "a.yaml": "# - url: http://a/" } }, role).warnings
      .map(({ file, message }) => `${file} ${message}`);
  deepStrictEqual(warningsOf("# nothing"), [
    "sitemon.yaml warning: empty file, so nothing is checked",
  ]);
  deepStrictEqual(warningsOf("include: [a.yaml]"), [
    "a.yaml warning: this file has no sites",
    "sitemon.yaml warning: no sites, so nothing is checked",
  ]);
  deepStrictEqual(warningsOf("postgres: {host: p, user: u}"), []);
  deepStrictEqual(warningsOf("sites: [{url: 'http://a/'}]", "run"), []);
});

Deno.test("loadConfig() leaves keys that begin with x- to whoever writes the file", () => {
  const yaml = "x-common: &common {timeout: 3s, labels: {team: shop}}\n" +
    "sites: [{url: 'http://a/', <<: *common}, {<<: *common, url: 'http://b/', timeout: 4s}]";
  const { sites } = load(yaml);
  deepStrictEqual(sites.map(({ timeoutMs, labels }) => [timeoutMs, labels]), [
    [3_000, { team: "shop" }],
    [4_000, { team: "shop" }],
  ]);
  const included = load("include: [a.yaml]", { files: { "a.yaml": yaml } });
  deepStrictEqual(included.sites.map(({ timeoutMs }) => timeoutMs), [3_000, 4_000]);
});

// Sites that have neither key of their own, in a file without them, are not worth a warning.
for (
  const [yaml, expected] of [
    ["sites: [{url: 'http://a/'}]", undefined],
    ["interval: 11s\nsites: [{url: 'http://a/'}]", undefined],
    ["defaults: {timeout: 9s}\nsites: [{url: 'http://a/'}]", undefined],
    ["interval: 10s\nsites: [{url: 'http://a/'}]", ['2 "http://a/"', "every 20s", "every 10s"]],
    [
      "interval: 2s\nsites:\n  - {url: 'http://a/', timeout: 1s}\n  - {url: 'http://b/'}\n" +
      "  - {url: 'http://c/'}",
      ['4 "http://b/" (and of 1 more)', "every 12s", "every 2s"],
    ],
    [
      "sites: [{url: 'http://a/'}, {url: 'http://b/', timeout: 10m}]",
      ['1 "http://b/"', "every 610s", "every 10s"],
    ],
  ] as const
) {
  Deno.test(`loadConfig() warns of timeouts that skip slots: ${expected ?? "none"}`, () => {
    deepStrictEqual(load(yaml, {}, "status").warnings, []);
    const warnings = load(yaml).warnings.map(({ line, message }) => `${line} ${message}`);
    deepStrictEqual(
      warnings,
      expected === undefined ? [] : [
        expected[0].replace(" ", ' warning: "timeout" of ') + ' is not below its "interval": ' +
        `while the site hangs, it is checked ${expected[1]} instead of ${expected[2]}; ` +
        `write a timeout below ${expected[2].slice("every ".length)}`,
      ],
    );
  });
}

Deno.test("loadConfig() limits what aliases expand to", () => {
  const levels = Array.from({ length: 9 }, (_, index) => {
    const items = Array(9).fill(index === 0 ? "x" : `*l${index - 1}`).join(", ");
    return `l${index}: &l${index} [${items}]`;
  });
  const keys = Array.from({ length: 1_000 }, (_, index) => `k${index}: 1`).join(", ");
  const merges = Array.from({ length: 101 }, (_, index) => `x-${index}: {<<: *a}`).join("\n");
  for (const yaml of [levels.join("\n"), `x-a: &a {${keys}}\n${merges}`]) {
    const isLimited = (mistake: string) =>
      mistake.endsWith("aliases expand to more than 100000 values");
    ok(mistakesOf(yaml).some(isLimited));
  }
});

Deno.test("loadConfig() refuses files that are too large, and globs that match too many", () => {
  const large = `#${" ".repeat(16_777_216)}`;
  deepStrictEqual(mistakesOf(large), ["sitemon.yaml:1:1: larger than 16777216 bytes"]);
  const secret = "postgres: {host: p, user: u, password: '${file:f}'}";
  deepStrictEqual(mistakesOf(secret, { files: { f: "x".repeat(65_537) } }), [
    'sitemon.yaml:1:40: cannot read "f": larger than 65536 bytes',
  ]);
  const names = Array.from({ length: 10_001 }, (_, index) => `more/s${index}`);
  const files = Object.fromEntries(names.map((name) => [name, "[]"]));
  deepStrictEqual(mistakesOf("include: [more/*]", { files }), [
    'sitemon.yaml:1:11: more than 10000 files and folders match "more/*"',
  ]);
  // Neither of two globs alone.
  const half = names.slice(0, 5_001).map((name) => name.replace("more/", ""));
  const host = fakeHostEnvironment({ files: { [FILE]: "include: [a/*, b/*]" } });
  const hostEnvironment = { ...host, listFolder: () => half, isFolder: () => false };
  throws(() => loadConfig(FILE, { hostEnvironment }), {
    message: "sitemon.yaml:1:10: 10002 files are included; at most 10000 are possible",
  });
});

Deno.test("loadConfig() refuses nesting that is too deep for the stack", () => {
  match(mistakesOf("[".repeat(100_000)).join("\n"), /nested too deeply/);
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
    runs(500),
  );
});

Deno.test("loadConfig() never shows a secret, neither in mistakes nor in `config show`", () => {
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
