/** Configurations that must be refused, each with every mistake at its place. */
import type { Role } from "../../src/config/loaded_config.ts";

export interface BadConfiguration {
  /** What is wrong, as the end of "loadConfig() refuses …". */
  readonly what: string;
  readonly yaml: string;
  readonly role?: Role;
  readonly mistakes: readonly string[];
}

/** Files that the configurations name. */
export const NAMED_FILES: Readonly<Record<string, string>> = {
  "notes.txt": "no PEM",
  "c.pem": "-----BEGIN CERTIFICATE-----",
  "shops.yaml": "sites:\n  - url: http://a/\n  - url: b\n",
};

/** What their references stand for. */
export const ENVIRONMENT: Readonly<Record<string, string>> = { SECRET: "hunter2" };

export const BAD_CONFIGURATIONS: readonly BadConfiguration[] = [
  {
    what: "a file that is a list",
    yaml: "- a\n",
    mistakes: [
      "sitemon.yaml:1:1: Cannot use this configuration as it must be a mapping of keys: it is a list; write for example interval: 30s",
    ],
  },
  {
    what: "a file that is a text",
    yaml: "hello\n",
    mistakes: [
      'sitemon.yaml:1:1: Cannot use this configuration as it must be a mapping of keys: it is "hello"; write for example interval: 30s',
    ],
  },
  {
    what: "an unknown key near a known one",
    yaml: "intervall: 5\n",
    mistakes: [
      'sitemon.yaml:1:1: Cannot use "intervall" as only known keys are allowed: it is unknown; write "interval", or remove it',
    ],
  },
  {
    what: "an unknown key near none",
    yaml: "colour: red\n",
    mistakes: [
      'sitemon.yaml:1:1: Cannot use "colour" as only known keys are allowed: it is unknown; remove it',
    ],
  },
  {
    what: "an unknown key of a site",
    yaml: "sites:\n  - url: http://h/\n    timout: 3s\n",
    mistakes: [
      'sitemon.yaml:3:5: Cannot use "sites.timout" as only known keys are allowed: it is unknown; write "timeout", or remove it',
    ],
  },
  {
    what: "an unknown key of a section in a union",
    yaml: "kafka:\n  server: k:9092\n  tls: {serverName: x}\n",
    mistakes: [
      'sitemon.yaml:3:9: Cannot use "kafka.tls.serverName" as only known keys are allowed: it is unknown; write "server_name", or remove it',
    ],
  },
  {
    what: "a number that is no duration",
    yaml: "interval: true\n",
    mistakes: [
      'sitemon.yaml:1:11: Cannot use "interval" as it must be a duration from 100ms to 7d: it is true; write a number with a unit, such as 500ms, 30s, 5m or 1d',
    ],
  },
  {
    what: "a duration with an unknown unit",
    yaml: "interval: 5 minutes\n",
    mistakes: [
      'sitemon.yaml:1:11: Cannot use "interval" as it must be a duration from 100ms to 7d: it is "5 minutes"; write a number with a unit, such as 500ms, 30s, 5m or 1d',
    ],
  },
  {
    what: "a duration that is too short",
    yaml: "interval: 99ms\n",
    mistakes: [
      'sitemon.yaml:1:11: Cannot use "interval" as it must be a duration from 100ms to 7d: it is "99ms"; write a number with a unit, such as 500ms, 30s, 5m or 1d',
    ],
  },
  {
    what: "a duration that is too long",
    yaml: "interval: 8d\n",
    mistakes: [
      'sitemon.yaml:1:11: Cannot use "interval" as it must be a duration from 100ms to 7d: it is "8d"; write a number with a unit, such as 500ms, 30s, 5m or 1d',
    ],
  },
  {
    what: "a duration that is nothing",
    yaml: "interval:\n",
    mistakes: [
      'sitemon.yaml:1:10: Cannot use "interval" as it must be a duration from 100ms to 7d: it is empty; write a number with a unit, such as 500ms, 30s, 5m or 1d',
    ],
  },
  {
    what: "a size in decimal units",
    yaml: "outbox:\n  max_bytes: 10MB\n",
    mistakes: [
      'sitemon.yaml:2:14: Cannot use "outbox.max_bytes" as it must be a size from 256KiB to 1TiB: it is "10MB"; write a number with a unit, such as 64KiB, 256MiB or 1GiB',
    ],
  },
  {
    what: "a size that is too small",
    yaml: "outbox:\n  max_bytes: 1KiB\n",
    mistakes: [
      'sitemon.yaml:2:14: Cannot use "outbox.max_bytes" as it must be a size from 256KiB to 1TiB: it is "1KiB"; write a number with a unit, such as 64KiB, 256MiB or 1GiB',
    ],
  },
  {
    what: "sites that are no list",
    yaml: "sites: http://h/\n",
    mistakes: [
      'sitemon.yaml:1:8: Cannot use "sites" as it must be a list of sites: it is "http://h/"; write for example - url: https://example.org/',
    ],
  },
  {
    what: "sites that are empty",
    yaml: "sites:\n",
    mistakes: [
      'sitemon.yaml:1:7: Cannot use "sites" as it must be a list of sites: it is empty; write for example - url: https://example.org/',
    ],
  },
  {
    what: "a site that is a url alone",
    yaml: "sites:\n  - http://h/\n",
    mistakes: [
      'sitemon.yaml:2:5: Cannot use "sites" as it must be a mapping with url: it is "http://h/"; write for example - url: https://example.org/',
    ],
  },
  {
    what: "a site without url",
    yaml: "sites:\n  - name: shop\n",
    mistakes: [
      'sitemon.yaml:2:5: Cannot go on without "sites.url" as it must be given: it is missing; add it',
    ],
  },
  {
    what: "a url of another scheme",
    yaml: "sites:\n  - url: ftp://user:secret@h/\n",
    mistakes: [
      'sitemon.yaml:2:10: Cannot use "sites.url" as it must be a url of the form http://host/ or https://host/, without spaces and wildcards, of at most 2048 characters: it is "ftp://h/"; write for example https://example.org/',
    ],
  },
  {
    what: "a url with a wildcard host",
    yaml: "sites:\n  - url: http://*.example.org/\n",
    mistakes: [
      'sitemon.yaml:2:10: Cannot use "sites.url" as it must be a url of the form http://host/ or https://host/, without spaces and wildcards, of at most 2048 characters: it is "http://*.example.org/"; write for example https://example.org/',
    ],
  },
  {
    what: "a url with a space",
    yaml: "sites:\n  - url: http://example.org/a b\n",
    mistakes: [
      'sitemon.yaml:2:10: Cannot use "sites.url" as it must be a url of the form http://host/ or https://host/, without spaces and wildcards, of at most 2048 characters: it is "http://example.org/a b"; write for example https://example.org/',
    ],
  },
  {
    what: "a url without slashes",
    yaml: "sites:\n  - url: http:user:secret@example.org\n",
    mistakes: [
      'sitemon.yaml:2:10: Cannot use "sites.url" as it must be a url of the form http://host/ or https://host/, without spaces and wildcards, of at most 2048 characters: it is "http:example.org"; write for example https://example.org/',
    ],
  },
  {
    what: "two sites of one name",
    yaml: "sites:\n  - {name: a, url: http://a/}\n  - {name: a, url: http://b/}\n",
    mistakes: [
      'sitemon.yaml:3:12: Cannot use the name "a" as names of sites must be unique: it is taken at sitemon.yaml:2; choose another',
    ],
  },
  {
    what: "a name that is too long",
    yaml: `sites:\n  - {name: ${"n".repeat(201)}, url: http://a/}\n`,
    mistakes: [
      'sitemon.yaml:2:12: Cannot use "sites.name" as it must be a text of one line, of 1 to 200 characters: it is "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn…"; write such a text, in quotes',
    ],
  },
  {
    what: "a method that is none",
    yaml: "sites:\n  - url: http://h/\n    method: get\n",
    mistakes: [
      'sitemon.yaml:3:13: Cannot use "sites.method" as it must be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS: it is "get"; write one of these words',
    ],
  },
  {
    what: "a header that frames the message",
    yaml: "sites:\n  - url: http://h/\n    headers: {Content-Length: '3'}\n",
    mistakes: [
      'sitemon.yaml:3:15: Cannot use "sites.headers.Content-Length" as it must be the name of a header, and none that frames the message: it is "Content-Length"; write for example Accept',
    ],
  },
  {
    what: "a header that is a number",
    yaml: "sites:\n  - url: http://h/\n    headers: {X-Id: 3}\n",
    mistakes: [
      'sitemon.yaml:3:21: Cannot use "sites.headers.X-Id" as it must be a text of one line, of at most 8192 characters: it is 3; write it so',
    ],
  },
  {
    what: "a header of two lines",
    yaml: 'sites:\n  - url: http://h/\n    headers: {X-Id: "a\\nb"}\n',
    mistakes: [
      'sitemon.yaml:3:21: Cannot use "sites.headers.X-Id" as it must be a text of one line, of at most 8192 characters: it is "a\\nb"; write it so',
    ],
  },
  {
    what: "a secret header that is a list",
    yaml: "sites:\n  - url: http://h/\n    headers: {Authorization: [hunter2]}\n",
    mistakes: [
      'sitemon.yaml:3:30: Cannot use "sites.headers.Authorization" as it must be a text of one line, of at most 8192 characters: it is something else (it is hidden here); write it so',
    ],
  },
  {
    what: "a body of an unknown form",
    yaml: "sites:\n  - url: http://h/\n    body: {path: x}\n",
    mistakes: [
      'sitemon.yaml:3:11: Cannot go on without "sites.body.file" as it must be given: it is missing; add it',
      'sitemon.yaml:3:12: Cannot use "sites.body.path" as only known keys are allowed: it is unknown; remove it',
    ],
  },
  {
    what: "a body file that is missing",
    yaml: "sites:\n  - url: http://h/\n    body: {file: body.json}\n",
    mistakes: [
      'sitemon.yaml:3:18: Cannot read "sites.body.file" as the file must be readable: "body.json" is not there; correct the path',
    ],
  },
  {
    what: "a status that is none",
    yaml: "sites:\n  - url: http://h/\n    expect: {status: 2xy}\n",
    mistakes: [
      'sitemon.yaml:3:22: Cannot use "sites.expect.status" as it must be status codes from 100 to 999, such as 200, 200-299, 2xx or "!404", or a list of at most 32: it is "2xy"; write for example [2xx, 304]',
    ],
  },
  {
    what: "a status out of range",
    yaml: "sites:\n  - url: http://h/\n    expect: {status: [200, 99]}\n",
    mistakes: [
      'sitemon.yaml:3:22: Cannot use "sites.expect.status" as it must be status codes from 100 to 999, such as 200, 200-299, 2xx or "!404", or a list of at most 32: it is a list; write for example [2xx, 304]',
    ],
  },
  {
    what: "a status with a bare exclamation mark",
    yaml: "sites:\n  - url: http://h/\n    expect:\n      status: !404\n",
    mistakes: [
      "sitemon.yaml:4:15: Cannot use this tag as values must be plain YAML: unresolved tag: !404; put a text that begins with ! in quotes",
    ],
  },
  {
    what: "expectations that are none",
    yaml: "sites:\n  - url: http://h/\n    expect: {json: x, size: 5}\n",
    mistakes: [
      'sitemon.yaml:3:20: Cannot use "sites.expect.json" as it must be a list of at most 64 values, each a mapping with path and conditions: it is "x"; write such a list',
      'sitemon.yaml:3:29: Cannot use "sites.expect.size" as it must be a mapping with min, max or both: it is 5; write for example min: 1KiB',
    ],
  },
  {
    what: "an expectation without a condition",
    yaml: "sites:\n  - url: http://h/\n    expect: {json: [{path: $.a}]}\n",
    mistakes: [
      'sitemon.yaml:3:21: Cannot use "sites.expect.json" as it must be compared by one of equals, not_equals, matches, less_than, greater_than, exists: it is a mapping; add one of them',
    ],
  },
  {
    what: "an unknown condition",
    yaml: "sites:\n  - url: http://h/\n    expect: {json: [{path: $.a, equal: 1}]}\n",
    mistakes: [
      'sitemon.yaml:3:21: Cannot use "sites.expect.json" as it must be compared by one of equals, not_equals, matches, less_than, greater_than, exists: it is a mapping; add one of them',
      'sitemon.yaml:3:33: Cannot use "sites.expect.json.equal" as only known keys are allowed: it is unknown; write "equals", or remove it',
    ],
  },
  {
    what: "limits the wrong way round",
    yaml:
      "defaults:\n  expect:\n    response_time: {degraded: 5s, down: 1s}\n    certificate_days: {degraded: 3, down: 7}\n",
    mistakes: [
      'sitemon.yaml:3:20: Cannot use "defaults.expect.response_time" as it must be limits of which degraded is the shorter one: it is a mapping; exchange them',
      'sitemon.yaml:4:23: Cannot use "defaults.expect.certificate_days" as it must be limits of which degraded is the larger one: it is a mapping; exchange them',
    ],
  },
  {
    what: "patterns and paths that cannot be used",
    yaml: `defaults:
  expect:
    body: {matches: ["a", "(?=x)"], not_matches: "(?=y)"}
    header: [{name: etag, matches: "(?=z)"}]
    json: [{path: status, matches: "(?=v)"}]
`,
    mistakes: [
      'sitemon.yaml:3:27: Cannot use "defaults.expect.body.matches" as it must be a regular expression that runs in linear time: lookahead is not possible; rewrite it',
      'sitemon.yaml:3:50: Cannot use "defaults.expect.body.not_matches" as it must be a regular expression that runs in linear time: lookahead is not possible; rewrite it',
      'sitemon.yaml:4:36: Cannot use "defaults.expect.header.matches" as it must be a regular expression that runs in linear time: lookahead is not possible; rewrite it',
      'sitemon.yaml:5:19: Cannot use "defaults.expect.json.path" as it must be a JSONPath, as RFC 9535 has it: it must begin with $; rewrite it',
      'sitemon.yaml:5:36: Cannot use "defaults.expect.json.matches" as it must be a regular expression that runs in linear time: lookahead is not possible; rewrite it',
    ],
  },
  {
    what: "retries that are a number",
    yaml: "defaults:\n  retries: 3\n",
    mistakes: [
      'sitemon.yaml:2:12: Cannot use "defaults.retries" as it must be a mapping with attempts, delay, on: it is 3; write for example attempts: 3',
    ],
  },
  {
    what: "a reason that is none",
    yaml: "defaults:\n  retries: {on: [slowly]}\n",
    mistakes: [
      'sitemon.yaml:2:18: Cannot use "defaults.retries.on" as it must be one of any, dns, connect_refused, connect_timeout, reset, tls_expired, tls_name, tls_untrusted, tls_other, timeout, redirect_loop, protocol, body_too_large, status, header, body, json, size, inverted, slow, certificate_soon, proxy, redirect_refused, blocked_by_policy, internal: it is "slowly"; write one of these words',
    ],
  },
  {
    what: "credentials of two kinds, which are hidden",
    yaml: 'sites:\n  - url: http://h/\n    auth: {bearer: "to ken"}\n',
    mistakes: [
      'sitemon.yaml:3:20: Cannot use "sites.auth.bearer" as it must be a token of visible ASCII characters: it is something else (it is hidden here); write it so',
    ],
  },
  {
    what: "traces with a key in their endpoint, which stays hidden",
    yaml: "traces: {endpoint: 'https://u:hunter2@c/', ratio: 0}\n",
    mistakes: [
      'sitemon.yaml:1:20: Cannot use "traces.endpoint" as it must be the url of a collector, http or https, without credentials and query: it is "https://c/"; write for example http://127.0.0.1:4318',
      'sitemon.yaml:1:51: Cannot use "traces.ratio" as it must be a number above 0 and up to 1: it is 0; write for example 0.1',
    ],
  },
  {
    what: "connectivity without urls",
    yaml: "connectivity: {urls: [], interval: 1ms}\n",
    mistakes: [
      'sitemon.yaml:1:22: Cannot use "connectivity.urls" as it must be a list of 1 to 16 urls: it is a list; write for example [https://one.example/, https://two.example/]',
      'sitemon.yaml:1:36: Cannot use "connectivity.interval" as it must be a duration from 1s to 1h: it is "1ms"; write a number with a unit, such as 500ms, 30s, 5m or 1d',
    ],
  },
  {
    what: "a status page with nothing right",
    yaml: "web: {listen: 8080, titel: x, basic_auth: {username: 'a:b'}}\n",
    mistakes: [
      'sitemon.yaml:1:15: Cannot use "web.listen" as it must be an address of the form host:port: it is 8080; write for example 127.0.0.1:9464',
      'sitemon.yaml:1:21: Cannot use "web.titel" as only known keys are allowed: it is unknown; write "title", or remove it',
      'sitemon.yaml:1:43: Cannot go on without "web.basic_auth.password" as it must be given: it is missing; add it',
      `sitemon.yaml:1:54: Cannot use "web.basic_auth.username" as it must be 1 to 256 characters without a colon: it is "a:b"; write it so`,
    ],
  },
  {
    what: "a status page that is merely wished for",
    yaml: "web: true\n",
    mistakes: [
      'sitemon.yaml:1:6: Cannot use "web" as it must be false or a mapping with listen, title, basic_auth: it is true; write such a mapping',
    ],
  },
  {
    what: "a history of less than a day",
    yaml: "history: {retention: 23h}\n",
    mistakes: [
      'sitemon.yaml:1:22: Cannot use "history.retention" as it must be a duration from 1d to 400d: it is "23h"; write a number with a unit, such as 500ms, 30s, 5m or 1d',
    ],
  },
  {
    what: "producers that share sites without Kafka",
    yaml: "scanner: {group: a}\n",
    mistakes: [
      'sitemon.yaml:1:18: Cannot use "scanner.group" as producers share sites through Kafka: "kafka" is missing; remove one of the two',
    ],
  },
  {
    what: "sitemon run as a member of a group",
    role: "run",
    yaml: "sites: []\nscanner: {group: a}\nkafka: {server: k:1}\n",
    mistakes: [
      'sitemon.yaml:2:18: Cannot use "scanner.group" as producers share sites through Kafka: "sitemon run" has none; remove one of the two',
    ],
  },
  {
    what: "a topic whose name leaves no room for that of a group",
    yaml: `scanner: {group: a}\nkafka: {server: k:1, topic: ${"t".repeat(241)}}\n`,
    mistakes: [
      'sitemon.yaml:2:29: Cannot use "kafka.topic" with "scanner.group" as the group\'s topic must have at most 249 characters: it has 250; choose a shorter name',
    ],
  },
  {
    what: "a session of a group that brokers refuse",
    yaml: "scanner: {group: {name: a, session_timeout: 1s}}\nkafka: {server: k:1}\n",
    mistakes: [
      'sitemon.yaml:1:45: Cannot use "scanner.group.session_timeout" as it must be a duration from 6s to 5m: it is "1s"; write a number with a unit, such as 500ms, 30s, 5m or 1d',
    ],
  },
  {
    what: "too many redirects",
    yaml: "sites:\n  - url: http://h/\n    redirects: 11\n",
    mistakes: [
      'sitemon.yaml:3:16: Cannot use "sites.redirects" as it must be a whole number from 0 to 10: it is 11; write such a number',
    ],
  },
  {
    what: "an unknown ip version",
    yaml: "sites:\n  - url: http://h/\n    ip_version: 5\n",
    mistakes: [
      'sitemon.yaml:3:17: Cannot use "sites.ip_version" as it must be 4 or 6: it is 5; write one of the two',
    ],
  },
  {
    what: "a proxy that is no url",
    yaml: "sites:\n  - url: http://h/\n    proxy: socks5://u:secret@h:1\n",
    mistakes: [
      'sitemon.yaml:3:12: Cannot use "sites.proxy" as it must be a url of the form http://[user:password@]host:port: it is "socks5://h:1"; write such a url',
    ],
  },
  {
    what: "labels that are no texts",
    yaml: "sites:\n  - url: http://h/\n    labels: {team: 3}\n",
    mistakes: [
      'sitemon.yaml:3:20: Cannot use "sites.labels.team" as it must be a text of one line, of 1 to 256 characters: it is 3; write such a text, in quotes',
    ],
  },
  {
    what: "a label of an impossible name",
    yaml: "sites:\n  - url: http://h/\n    labels: {my-team: a}\n",
    mistakes: [
      'sitemon.yaml:3:14: Cannot use "sites.labels.my-team" as it must be a name of 1 to 63 letters, digits and underscores, not beginning with a digit: it is "my-team"; write it so',
    ],
  },
  {
    what: "a pattern that cannot run",
    yaml: "sites:\n  - url: http://h/\n    pattern: (?=a)\n",
    mistakes: [
      'sitemon.yaml:3:14: Cannot use "sites.pattern" as it must be a regular expression that runs in linear time: lookahead is not possible; rewrite it',
    ],
  },
  {
    what: "a certificate without key",
    yaml: "sites:\n  - url: http://h/\n    tls: {cert: c.pem}\n",
    mistakes: [
      'sitemon.yaml:3:10: Cannot use "sites.tls.cert" as a certificate and its key must come together: "sites.tls.key" is missing; add it',
    ],
  },
  {
    what: "a CA file that is missing",
    yaml: "kafka:\n  server: k:9092\n  tls: {ca: no.pem}\n",
    mistakes: [
      'sitemon.yaml:3:13: Cannot read "kafka.tls.ca" as the file must be readable: "no.pem" is not there; correct the path',
    ],
  },
  {
    what: "a CA file that is none",
    yaml: "kafka:\n  server: k:9092\n  tls: {ca: notes.txt}\n",
    mistakes: [
      'sitemon.yaml:3:13: Cannot use "kafka.tls.ca" as the file must hold a certificate as PEM: "notes.txt" does not; name another file',
    ],
  },
  {
    what: "no broker",
    yaml: "kafka:\n  topic: t\n",
    mistakes: [
      'sitemon.yaml:2:3: Cannot go on without "kafka.server" as it must be given: it is missing; add it',
    ],
  },
  {
    what: "brokers twice",
    yaml: "kafka:\n  server: k:9092\n  servers: [k:9092]\n",
    mistakes: [
      'sitemon.yaml:3:12: Cannot use "kafka.servers" as brokers must be named once: "kafka.server" names one too; remove one of the two keys',
    ],
  },
  {
    what: "a broker without port",
    yaml: "kafka:\n  server: k\n",
    mistakes: [
      'sitemon.yaml:2:11: Cannot use "kafka.server" as it must be an address of the form host:port: it is "k"; write for example 127.0.0.1:9464',
    ],
  },
  {
    what: "an impossible port",
    yaml: "kafka:\n  servers: [k:9092, k:70000]\n",
    mistakes: [
      'sitemon.yaml:2:21: Cannot use "kafka.servers" as it must be an address of the form host:port: it is "k:70000"; write for example 127.0.0.1:9464',
    ],
  },
  {
    what: "an impossible topic",
    yaml: "kafka:\n  server: k:9092\n  topic: a b\n",
    mistakes: [
      'sitemon.yaml:3:10: Cannot use "kafka.topic" as it must be 1 to 249 letters, digits, dots, hyphens and underscores: it is "a b"; write it so',
    ],
  },
  {
    what: "zero partitions",
    yaml: "kafka:\n  server: k:9092\n  partitions: 0\n",
    mistakes: [
      'sitemon.yaml:3:15: Cannot use "kafka.partitions" as it must be a whole number from 1 to 10000, or -1 to let the broker choose: it is 0; write such a number',
    ],
  },
  {
    what: "too many consumers",
    yaml: "kafka:\n  server: k:9092\n  consumers: 65\n",
    mistakes: [
      'sitemon.yaml:3:14: Cannot use "kafka.consumers" as it must be a whole number from 1 to 64: it is 65; write such a number',
    ],
  },
  {
    what: "SASL without password",
    yaml: "kafka:\n  server: k:9092\n  sasl: {mechanism: plain, username: u}\n",
    mistakes: [
      'sitemon.yaml:3:9: Cannot go on without "kafka.sasl.password" as it must be given: it is missing; add it',
    ],
  },
  {
    what: "SASL of an unknown mechanism",
    yaml: "kafka:\n  server: k:9092\n  sasl: {mechanism: gssapi, username: u, password: p}\n",
    mistakes: [
      'sitemon.yaml:3:21: Cannot use "kafka.sasl.mechanism" as it must be one of plain, scram-sha-256, scram-sha-512: it is "gssapi"; write one of these words',
    ],
  },
  {
    what: "a socket's path",
    yaml: "postgres:\n  host: /run/postgresql\n  user: u\n",
    mistakes: [
      'sitemon.yaml:2:9: Cannot use "postgres.host" as it must be a host name or an IP address (a socket\'s path is not supported): it is "/run/postgresql"; write for example 127.0.0.1',
    ],
  },
  {
    what: "a password that is a number",
    yaml: "postgres:\n  host: p\n  user: u\n  password: 12345\n",
    mistakes: [
      'sitemon.yaml:4:13: Cannot use "postgres.password" as it must be a text of one line, of 1 to 1024 characters: it is something else (it is hidden here); write such a text, in quotes',
    ],
  },
  {
    what: "a TLS mode that falls back",
    yaml: "postgres:\n  host: p\n  user: u\n  tls: prefer\n",
    mistakes: [
      'sitemon.yaml:4:8: Cannot use "postgres.tls" as it must be one of disable, require, verify-ca, verify-full, or a mapping with mode, ca, cert, key: it is "prefer"; write verify-full where the server has a certificate',
    ],
  },
  {
    what: "an unknown key in TLS",
    yaml: "postgres:\n  host: p\n  user: u\n  tls: {mode: require, insecure: true}\n",
    mistakes: [
      'sitemon.yaml:4:24: Cannot use "postgres.tls.insecure" as only known keys are allowed: it is unknown; remove it',
    ],
  },
  {
    what: "more sites than the outbox has room for",
    yaml: "outbox: {max_rows: 3}\nsites:\n  - url: http://a/\n  - url: http://b/\n",
    mistakes: [
      'sitemon.yaml:1:20: Cannot use "outbox.max_rows" as it must be at least twice the number of sites: it is 3 for 2 sites; write 4 or more',
    ],
  },
  {
    what: "one file for outbox and store",
    yaml: "outbox: {path: a.db}\nstore: {path: ./a.db}\n",
    mistakes: [
      'sitemon.yaml:2:15: Cannot use "store.path" as outbox and store must be files of their own: "outbox.path" names the same file; name another',
    ],
  },
  {
    what: "an address that is none",
    yaml: "address_policy: {deny: [intranet]}\n",
    mistakes: [
      'sitemon.yaml:1:25: Cannot use "address_policy.deny" as it must hold addresses, ranges and words: "intranet" is no address, no CIDR range, and neither "loopback" nor "private"; write for example 10.0.0.0/8 or loopback',
    ],
  },
  {
    what: "a wildcard among allowed hosts",
    yaml: "allow_hosts: ['*.example.org']\n",
    mistakes: [
      'sitemon.yaml:1:15: Cannot use "allow_hosts" as it must be a host or host:port, without scheme, path and wildcard: it is "*.example.org"; write for example example.org or example.org:8443',
    ],
  },
  {
    what: "a listener without port",
    yaml: "listen: localhost\n",
    mistakes: [
      'sitemon.yaml:1:9: Cannot use "listen" as it must be an address of the form host:port: it is "localhost"; write for example 127.0.0.1:9464',
    ],
  },
  {
    what: "a log level that is none",
    yaml: "log: {level: warn}\n",
    mistakes: [
      'sitemon.yaml:1:14: Cannot use "log.level" as it must be one of debug, info, warning, error: it is "warn"; write one of these words',
    ],
  },
  {
    what: "a variable that is not set",
    yaml: "postgres:\n  host: p\n  user: u\n  password: ${PGPASS}\n",
    mistakes: [
      'sitemon.yaml:4:13: Cannot resolve "${PGPASS}" as the environment must have it: it is not set; set it, or write ${PGPASS:-default}',
    ],
  },
  {
    what: "a variable of an impossible name",
    yaml: "location: ${a b}\n",
    mistakes: [
      'sitemon.yaml:1:11: Cannot resolve "${a b}" as it must be ${NAME}, ${NAME:-default} or ${file:PATH}: it is none of them; write $${ where ${ itself is meant',
    ],
  },
  {
    what: "a reference without end",
    yaml: "location: ${HOME\n",
    mistakes: [
      'sitemon.yaml:1:11: Cannot resolve "${HOME" as it must be ${NAME}, ${NAME:-default} or ${file:PATH}: it is none of them; write $${ where ${ itself is meant',
    ],
  },
  {
    what: "a secret file that is missing",
    yaml: "postgres:\n  host: p\n  user: u\n  password: ${file:/run/secret}\n",
    mistakes: [
      'sitemon.yaml:4:13: Cannot resolve "${file:/run/secret}" as the file must be readable: it is not there; correct the path',
    ],
  },
  {
    what: "a reference to what is wrong",
    yaml: "postgres:\n  host: p\n  user: u\n  port: ${SECRET}\n",
    mistakes: [
      'sitemon.yaml:4:9: Cannot use "postgres.port" as it must be a whole number from 1 to 65535: it is what "${SECRET}" stands for; write such a number',
    ],
  },
  {
    what: "a key twice",
    yaml: "interval: 5\ninterval: 6\n",
    mistakes: [
      "sitemon.yaml:2:1: Cannot use this key as the keys of a mapping must be unique: it stands there before; remove one",
    ],
  },
  {
    what: "an unfinished list",
    yaml: "location: here\nallow_hosts: [a\n",
    mistakes: [
      "sitemon.yaml:3:1: Cannot read this as it must be well-formed YAML: flow sequence in block collection must be sufficiently indented and end with a ]; correct it here or just before",
    ],
  },
  {
    what: "an indentation by tab",
    yaml: "log:\n\tlevel: info\n",
    mistakes: [
      "sitemon.yaml:2:1: Cannot read this line as YAML must be indented by spaces: it begins with a tab; replace it",
    ],
  },
  {
    what: "two documents",
    yaml: "interval: 5\n---\ninterval: 6\n",
    mistakes: [
      "sitemon.yaml:2:1: Cannot use this document as a file must hold a single one: it is the second; remove it",
    ],
  },
  {
    what: "an alias without anchor",
    yaml: "location: *here\n",
    mistakes: [
      'sitemon.yaml:1:11: Cannot use the alias "*here" as its anchor must stand before it: there is none; write the value itself',
    ],
  },
  {
    what: "an alias within itself",
    yaml: "labels: &a\n  b: *a\n",
    mistakes: [
      'sitemon.yaml:1:1: Cannot use "labels" as only known keys are allowed: it is unknown; remove it',
      'sitemon.yaml:2:6: Cannot use the alias "*a" as aliases must end, after at most 100000 values: it does not; write the value itself',
    ],
  },
  {
    what: "an included file that is missing",
    yaml: "include: [more.yaml]\n",
    mistakes: [
      'sitemon.yaml:1:11: Cannot read "more.yaml" as the file must be readable: it is not there; correct the path',
    ],
  },
  {
    what: "a glob that finds nothing",
    yaml: "include: [more/*.yaml]\n",
    mistakes: [
      'sitemon.yaml:1:11: Cannot include "more/*.yaml" as it must find 1 to 10000 files: it finds 0; correct the path',
    ],
  },
  {
    what: "a mistake in an included file",
    yaml: "include: [shops.yaml]\n",
    mistakes: [
      'shops.yaml:3:10: Cannot use "sites.url" as it must be a url of the form http://host/ or https://host/, without spaces and wildcards, of at most 2048 characters: it is "b"; write for example https://example.org/',
    ],
  },
  {
    what: "a command without its sections",
    yaml: "location: here\n",
    role: "consumer",
    mistakes: [
      'sitemon.yaml:1:1: Cannot use this configuration for "sitemon consumer" as it must have "kafka": it is missing; add it',
      'sitemon.yaml:1:1: Cannot use this configuration for "sitemon consumer" as it must have "postgres": it is missing; add it',
    ],
  },
  {
    what: "the status of a producer",
    yaml: "kafka:\n  server: k:9092\n",
    role: "status",
    mistakes: [
      'sitemon.yaml:1:1: Cannot use this configuration for "sitemon status" as it must name a store: it has "kafka" alone; add "postgres", or "store" for that of "sitemon run"',
    ],
  },
];
