import { deepStrictEqual, match, ok } from "node:assert/strict";
import type { Step } from "../../../src/config/site.ts";
import { makeCertificates } from "../../support/certificates.ts";
import { opensslServer } from "../http/openssl_server.ts";
import { type Behaviour, rawServer, send, untilClosed } from "../http/raw_server.ts";
import { aSite, check, requireStorable } from "../sites.ts";
import { playing, trickling } from "./scripted_server.ts";

const certificates = makeCertificates();
const trusting = { tls: { insecure: false, ca: certificates.ca } };

const PING: readonly Step[] = [
  { expect: "^hello" },
  { send: "PING é\r\n", expect: "(?m)^\\+PONG" },
  { expect: "more$" },
  { send: "QUIT\r\n" },
];

Deno.test("checkSite() takes the steps of a tcp site, and makes a body of what it reads", async () => {
  const script = ["hello\r\n", ["PING \xc3\xa9\r\n"], "noise\r\n+PONG", " more", [
    "QUIT\r\n",
  ]] as const;
  await using server = rawServer(playing(...script));
  const report = await check(aSite(`tcp://localhost:${server.port}`, {
    steps: PING,
    pattern: "PONG",
  }));
  requireStorable(report);
  deepStrictEqual(
    [report.outcome, report.error_text, report.pattern_match, report.body_bytes],
    ["up", null, true, 24],
  );
  const { dns, connect, tls, first_byte, transfer } = report.timings!;
  deepStrictEqual(tls, null);
  ok([dns, connect, first_byte, transfer].every((phase) => phase !== null));
  deepStrictEqual([report.response_code, report.http_version], [null, null]);
});

Deno.test("checkSite() reports up, when a tcp site without steps takes the connection", async () => {
  await using server = rawServer(untilClosed);
  const report = await check(aSite(`tcp://127.0.0.1:${server.port}`));
  deepStrictEqual([report.outcome, report.body_bytes, report.remote_address], [
    "up",
    0,
    "127.0.0.1",
  ]);
});

const endless: Behaviour = async (conn) => {
  while (true) await send(conn, "x".repeat(8_192));
};
const EXPECT = [{ expect: "^220 " }];
const SAID = 'expected a match of "\\^220 "';

/** What a server does, what is asked of it, and the reason and text of the report. */
const HOSTILE: readonly [string, Behaviour, readonly Step[], reason: string, text: RegExp][] = [
  [
    "never answers",
    untilClosed,
    EXPECT,
    "timeout",
    /^timed out after 0.3 s waiting for a match of "\^220 "$/,
  ],
  [
    "sends a byte now and then",
    trickling("x", 10),
    EXPECT,
    "body",
    RegExp(`^timed out after 0.3 s with "x+", ${SAID}$`),
  ],
  [
    "answers otherwise",
    playing("554 no\r\n"),
    EXPECT,
    "body",
    RegExp(`^timed out after 0.3 s with "554 no.*", ${SAID}$`),
  ],
  ["closes at once", () => {}, EXPECT, "reset", /^connection closed before any answer$/],
  [
    "closes after an answer",
    (conn) => send(conn, "421 busy"),
    EXPECT,
    "body",
    RegExp(`^connection closed after "421 busy", ${SAID}$`),
  ],
  [
    "closes at the second step",
    async (conn) => {
      await send(conn, "220 ok");
      await conn.read(new Uint8Array(9));
    },
    [...EXPECT, { send: "QUIT\r\n", expect: "221" }],
    "body",
    /^connection closed after "", expected a match of "221"$/,
  ],
  [
    "never ends",
    endless,
    EXPECT,
    "body_too_large",
    /^first 65536 bytes do not match "\^220 "; raise max_body_bytes to read more$/,
  ],
  [
    "sends garbage",
    playing("\x00\xff\x1b[2J\xc3"),
    EXPECT,
    "body",
    RegExp(`timed out after 0.3 s with .*, ${SAID}`),
  ],
  [
    "matches nothing yet",
    untilClosed,
    [{ expect: ".*" }],
    "timeout",
    /^timed out after 0.3 s waiting for a match of/,
  ],
];

for (const [does, behaviour, steps, reason, text] of HOSTILE) {
  Deno.test(`checkSite() reports ${reason}, when a tcp site ${does}`, async () => {
    await using server = rawServer(behaviour);
    const isSlow = text.source.includes("0.3 s");
    const site = aSite(`tcp://127.0.0.1:${server.port}`, {
      steps,
      timeoutMs: isSlow ? 300 : 10_000,
    });
    const report = await check(site);
    requireStorable(report);
    deepStrictEqual([report.outcome, report.reason], ["down", reason]);
    match(report.error_text!, text);
  });
}

Deno.test("checkSite() hides secrets in what a tcp site answers", async () => {
  await using server = rawServer((conn) => send(conn, "your hunter2, sir"));
  const site = aSite(`tcp://127.0.0.1:${server.port}`, { steps: EXPECT });
  const report = await check(site, { secrets: ["hunter2"] });
  deepStrictEqual(JSON.stringify(report).includes("hunter2"), false);
});

Deno.test("checkSite() connects to no tcp site, when the address policy denies it", async () => {
  await using server = rawServer(untilClosed);
  const site = aSite(`tcp://127.0.0.1:${server.port}`);
  const report = await check(site, { addressPolicy: { deny: ["loopback"] } });
  deepStrictEqual([report.reason, server.accepted], ["blocked_by_policy", 0]);
});

Deno.test("checkSite() reports version and certificate of a tls site, over one connection", async () => {
  await using server = rawServer(untilClosed, { tls: certificates.ending });
  const expect = {
    body: { contains: ["TLSv1.3"], notContains: [], matches: [], notMatches: [] },
    certificateDays: { degraded: 14 },
  };
  const report = await check(aSite(`tls://localhost:${server.port}`, { ...trusting, expect }));
  requireStorable(report);
  deepStrictEqual([report.outcome, report.reason], ["degraded", "certificate_soon"]);
  deepStrictEqual([report.certificate_issuer, report.body_bytes], ["Test", "TLSv1.3".length]);
  ok(report.timings!.tls! > 0);
  deepStrictEqual(server.accepted, 1);
});

Deno.test("checkSite() takes the steps of a tls site over TLS", async () => {
  await using server = await opensslServer(certificates.good, ["-tls1_2"]);
  const steps = [{ send: "GET / HTTP/1.0\r\n\r\n", expect: "s_server" }];
  const report = await check(aSite(`tls://localhost:${server.port}`, { ...trusting, steps }));
  deepStrictEqual([report.outcome, report.error_text], ["up", null]);
});

const REFUSED = [["expired", "tls_expired"], ["unknown", "tls_untrusted"], [
  "other",
  "tls_name",
]];
for (const [name, reason] of REFUSED as ["expired", string][]) {
  Deno.test(`checkSite() reports ${reason}, when the certificate of a tls site is ${name}`, async () => {
    await using server = rawServer(untilClosed, { tls: certificates[name] });
    const report = await check(aSite(`tls://localhost:${server.port}`, trusting));
    deepStrictEqual([report.outcome, report.reason], ["down", reason]);
    ok(report.certificate_expires_at !== null);
  });
}
