import { deepStrictEqual } from "node:assert/strict";
import { ConfigError } from "../../../src/config/config_error.ts";
import { showConfig } from "../../../src/config/show.ts";
import { loadText } from "../load_text.ts";

const HTTP = "needs an http or https url; remove it";
const SOCKET = "needs a tcp or tls url; remove it";
const DNS = "needs a dns url; remove it";
const TLS = 'needs TLS: an https or tls url, or "starttls"; remove it';
const READ = 'needs something to read: "steps" with "expect", or TLS; remove it';
const BODY = 'needs a body: an http or https url, "steps" with "expect", or TLS; remove it';

/** Keys of a site that are refused, each at its own place. */
const MISFITS: readonly [site: string, ...mistakes: string[]][] = [
  ["url: http://h/, steps: [{send: a}]", `"sites.steps" ${SOCKET}`],
  ["url: https://h/, starttls: smtp", `"sites.starttls" ${SOCKET}`],
  ...["method: GET", "headers: {a: b}", "body: b", "auth: {bearer: b}", "redirects: 1"].map(
    httpOnly,
  ),
  ...["proxy: 'http://p:1'", "traceparent: true"].map(httpOnly),
  [
    "url: tls://h:1, expect: {status: 200, header: [{name: a, exists: true}]}",
    `"sites.expect.status" ${HTTP}`,
    `"sites.expect.header" ${HTTP}`,
  ],
  [
    "url: tcp://h:1, tls: {insecure: true}, expect: {certificate_days: 3}",
    `"sites.tls" ${TLS}`,
    `"sites.expect.certificate_days" ${TLS}`,
  ],
  [
    "url: TCP://h:1, pattern: x, max_body_bytes: 1, steps: [{send: x}]",
    `"sites.pattern" ${READ}`,
    `"sites.max_body_bytes" ${BODY}`,
  ],
  [
    "url: tcp://h:1, expect: {body: {contains: a}, json: [{path: $, equals: 1}], size: {min: 1}}",
    `"sites.expect.body" ${READ}`,
    ...["json", "size"].map((key) => `"sites.expect.${key}" ${BODY}`),
  ],
  ["url: tcp://h:1, pattern: x, steps: [{expect: x}], expect: {size: {min: 1}}"],
  ["url: tcp://h:1, starttls: smtp, tls: {insecure: true}, expect: {certificate_days: 3}"],
  [
    "url: dns://h/a, tls: {insecure: true}, max_body_bytes: 1, ip_version: 4, expect: {size: {min: 1}}",
    `"sites.tls" ${TLS}`,
    `"sites.max_body_bytes" ${BODY}`,
    `"sites.ip_version" needs an http, https, tcp or tls url; remove it`,
    `"sites.expect.size" ${BODY}`,
  ],
  [
    "url: http://h/, expect: {rcode: REFUSED, answers: [a], min_ttl: 1m, ad: true, serial_of: [b]}",
    ...["rcode", "answers", "min_ttl", "ad"].map((key) => `"sites.expect.${key}" ${DNS}`),
    `"sites.expect.serial_of" needs a dns url with ?type=SOA; remove it`,
  ],
  [
    "url: dns://h/a, expect: {serial_of: [b]}",
    `"sites.expect.serial_of" needs a dns url with ?type=SOA; remove it`,
  ],
  ["url: 'dns://h/a?type=soa', pattern: x, expect: {serial_of: [b], body: {contains: a}}"],
  ["url: tls://h:1, pattern: TLSv1.3, expect: {certificate_days: 3, response_time: 1s}"],
];

function httpOnly(key: string): [string, string] {
  return [`url: tcp://h:1, ${key}`, `"sites.${key.split(":", 1)}" ${HTTP}`];
}

for (const [site, ...expected] of MISFITS) {
  Deno.test(`a site is refused for ${expected.length} keys that do not fit: ${site}`, () => {
    const found = mistakesOf(`sites: [{${site}}]`);
    deepStrictEqual(found.map(({ message }) => message), expected);
    for (const { column, message } of found) {
      const key = /^"(?:\w+\.)*(\w+)"/.exec(message)![1]!;
      deepStrictEqual(`sites: [{${site}}]`.slice(column! - 1).startsWith(`${key}:`), true);
    }
  });
}

function mistakesOf(yaml: string): ConfigError["mistakes"] {
  try {
    loadText(yaml);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
}

const DEFAULTS = `
defaults:
  proxy: http://p:3128
  pattern: welcome
  method: POST
  tls: {server_name: inside}
  expect: {status: 200, header: [{name: a, exists: true}], certificate_days: 3, response_time: 1s}
`;

Deno.test("a site inherits of the defaults what fits its protocol", () => {
  const { sites: [plain, secure] } = loadText(`${DEFAULTS}
sites:
  - url: tcp://Mail.Example.org:25
  - {url: "TLS://[0:0::1]:993", steps: [{send: a, expect: b}], starttls: imap}
`);
  deepStrictEqual(
    [plain!.url, plain!.proxy, plain!.pattern, plain!.expect],
    ["tcp://mail.example.org:25", undefined, undefined, { responseTimeMs: { down: 1_000 } }],
  );
  deepStrictEqual(
    [secure!.url, secure!.proxy, secure!.pattern, secure!.startTls, secure!.tls.serverName],
    ["tls://[::1]:993", undefined, "welcome", "imap", "inside"],
  );
  deepStrictEqual(secure!.steps, [{ send: "a", expect: "b" }]);
  deepStrictEqual(secure!.expect, {
    responseTimeMs: { down: 1_000 },
    certificateDays: { degraded: 3 },
  });
});

Deno.test("showConfig() shows of a site what fits its protocol", () => {
  const shown = showConfig(loadText(`${DEFAULTS}\nsites: [{url: "tcp://h:25"}]`));
  for (const key of ["proxy", "pattern", "method", "status", "certificate_days", "redirects"]) {
    deepStrictEqual([key, shown.includes(`${key}:`)], [key, false]);
  }
  deepStrictEqual(shown.includes("response_time: 1s"), true);
});
