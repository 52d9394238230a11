import { deepStrictEqual, match, ok } from "node:assert/strict";
import type { SiteExpect } from "../../../src/config/site.ts";
import { SNIPPET_LENGTH_MAX } from "../../../src/report/bounds.ts";
import { answering, answeringAfter, rawServer, readRequest, send } from "../http/raw_server.ts";
import { aSite, check } from "../sites.ts";
import { makeCertificates } from "../../support/certificates.ts";

const JSON_BODY = '{"status":"ok","load":0.5}';
const answerOf = (body: string, headers = "") =>
  `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n${headers}\r\n${body}`;

const EXPECTED: [what: string, expect: SiteExpect, verdict: string][] = [
  ["all is as expected", { json: [{ path: "$.status", equals: "ok" }] }, "up null"],
  ["a value is another", { json: [{ path: "$.status", equals: "fine" }] }, "down json"],
  ["a header is another", { header: [{ name: "etag", equals: "y" }] }, "down header"],
  ["a body is too small", { size: { bytesMin: 1_000 } }, "down size"],
  ["it must not be as expected", { invert: true }, "down inverted"],
  [
    "it is not as it must not be",
    { invert: true, json: [{ path: "$.status", equals: "fine" }] },
    "up null",
  ],
];

for (const [what, expect, verdict] of EXPECTED) {
  Deno.test(`checkSite() is ${verdict}, when ${what}`, async () => {
    await using server = rawServer(answering(answerOf(JSON_BODY, "etag: x\r\n")));
    const report = await check(aSite(`http://127.0.0.1:${server.port}/`, { expect }));
    deepStrictEqual(`${report.outcome} ${report.reason}`, verdict);
    deepStrictEqual(report.error_text, report.failures[0] ?? null);
    deepStrictEqual(report.snippet === null, report.outcome === "up");
  });
}

Deno.test("checkSite() is up with a cut body, when nothing needs the whole of it", async () => {
  await using server = rawServer(answering(answerOf("ok and much more")));
  const url = `http://127.0.0.1:${server.port}/`;
  const found = { contains: ["ok"], notContains: [], matches: ["^ok"], notMatches: [] };
  const cut = { bodyBytesMax: 8 };
  const report = await check(aSite(url, { ...cut, expect: { body: found } }));
  deepStrictEqual([report.outcome, report.truncated, report.body_bytes], ["up", true, 8]);
  const whole = await check(aSite(url, { ...cut, expect: { size: { bytesMin: 1 } } }));
  deepStrictEqual([whole.outcome, whole.reason], ["down", "body_too_large"]);
});

Deno.test("checkSite() is degraded or down, when an answer takes long", async () => {
  await using late = rawServer(answeringAfter(310, answerOf("ok")));
  await using quick = rawServer(answering(answerOf("ok")));
  const siteOf = ({ port }: { readonly port: number }) =>
    aSite(`http://127.0.0.1:${port}/`, {
      expect: { responseTimeMs: { degraded: 300, down: 1_900 } },
    });
  const slow = await check(siteOf(late));
  deepStrictEqual([slow.outcome, slow.reason], ["degraded", "slow"]);
  match(slow.error_text!, /^check took \d+ ms, expected at most 300 ms$/);
  deepStrictEqual((await check(siteOf(quick))).outcome, "up");
});

Deno.test("checkSite() warns of a certificate that ends soon, also of one that it accepts though expired", async () => {
  const { good, expired, ca } = makeCertificates();
  await using server = rawServer(answering(answerOf("ok")), { tls: good });
  const url = `https://localhost:${server.port}/`;
  const tls = { insecure: false, ca };
  for (const [degraded, outcome] of [[20, "up"], [40, "degraded"]] as const) {
    const report = await check(aSite(url, { tls, expect: { certificateDays: { degraded } } }));
    deepStrictEqual(report.outcome, outcome);
  }
  await using old = rawServer(answering(answerOf("ok")), { tls: expired });
  const accepted = aSite(`https://localhost:${old.port}/`, {
    tls: { insecure: true },
    expect: { certificateDays: { down: 3 } },
  });
  const report = await check(accepted);
  deepStrictEqual([report.outcome, report.reason], ["down", "certificate_soon"]);
  match(report.error_text!, /^certificate expired on 2020-02-01, expected at least 3 days$/);
});

Deno.test("checkSite() is up for an inverted site that refuses, and not for one that may not be visited", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const site = aSite(`http://127.0.0.1:${port}/`, { expect: { invert: true } });
  const refused = await check(site);
  deepStrictEqual([refused.outcome, refused.reason, refused.error_text], ["up", null, null]);
  const blocked = await check(site, { addressPolicy: { deny: ["loopback"] } });
  deepStrictEqual([blocked.outcome, blocked.reason], ["down", "blocked_by_policy"]);
});

Deno.test("checkSite() keeps a snippet of the body and the headers, without what is secret", async () => {
  const secret = "s3cr3t/t0ken";
  const headers = `set-cookie: sid=abcdef\r\nx-echo: ${secret}\r\n`;
  const long = `  <p>\r\n${secret}\x1b[2J\u202e</p> ${"x".repeat(2_000)}`;
  await using server = rawServer(answering(answerOf(long, headers)));
  const site = aSite(`http://127.0.0.1:${server.port}/`, { expect: { status: [] } });
  const { snippet } = await check({ ...site, expect: { size: { bytesMin: 9_999 } } }, {
    secrets: [secret],
  });
  deepStrictEqual(snippet!.length, SNIPPET_LENGTH_MAX);
  ok(snippet!.startsWith("<p> ***\\x1b[2J\\u202e</p> xxx"), snippet!);
  match(snippet!, / \[content-length: \d+, set-cookie: \*\*\*, x-echo: \*\*\*\]$/);
});

Deno.test("checkSite() lets no secret into a report, wherever the site and its url have it", async () => {
  const secret = 's3cr3t/t0"ken';
  const { pathname } = new URL(`http://h/${secret}`);
  await using server = rawServer(async (conn) => {
    const request = await readRequest(conn);
    const path = /^GET (\S+)/.exec(request)![1]!;
    const next = path.includes("next") ? "http://elsewhere.example" : "/next";
    const head = `HTTP/1.1 302 Found\r\nlocation: ${next}${path}?t=${secret}\r\n`;
    await send(conn, `${head}x-echo: ${secret}\r\n\r\n${secret}`);
  });
  const site = aSite(`http://127.0.0.1:${server.port}${pathname}?q=${encodeURIComponent(secret)}`, {
    name: "shop",
    pattern: secret,
    labels: { team: secret },
  });
  const report = await check(site, { secrets: [secret] });
  deepStrictEqual([report.reason, report.hops.length], ["blocked_by_policy", 1]);
  const text = JSON.stringify(report);
  ok(!text.includes("s3cr3t") && !text.includes("ken"), text);
  deepStrictEqual(report.url, `http://127.0.0.1:${server.port}/***?q=***`);
});
