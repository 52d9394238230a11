import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { checkSite } from "../../src/scanner/check.ts";
import { LeaseExpiredError } from "../../src/scanner/probe.ts";
import { answering, rawServer } from "./http/raw_server.ts";
import { aContext, aSite, check } from "./sites.ts";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

Deno.test("checkSite() reports up with all it saw, when a site answers", async () => {
  await using server = rawServer(answering(OK));
  const url = `http://127.0.0.1:${server.port}/path?query`;

  const [startMs, startMicros] = [performance.now(), Date.now() * 1_000];
  const report = await check(aSite(url, { name: "shop", pattern: "o.", labels: { team: "a" } }));
  const tookMs = performance.now() - startMs;

  const { timings, checked_at, response_time, ...rest } = report;
  deepStrictEqual(rest, {
    url,
    response_code: 200,
    pattern: "o.",
    pattern_match: true,
    error_text: null,
    site: "shop",
    location: "here",
    recorded_at: 0,
    outcome: "up",
    reason: null,
    attempts: 1,
    hops: [],
    remote_address: "127.0.0.1",
    http_version: "1.1",
    final_url: null,
    body_bytes: 2,
    truncated: false,
    certificate_expires_at: null,
    certificate_issuer: null,
    certificate_seen_at: null,
    failures: [],
    snippet: null,
    next_check_ms: null,
    labels: { team: "a" },
    producer_id: "",
    sequence: 0,
  });
  ok(Math.abs(checked_at - startMicros) <= (tookMs + 1) * 1_000);
  ok(Number.isInteger(response_time) && response_time <= Math.ceil(tookMs));
  deepStrictEqual([timings?.dns, timings?.tls], [null, null]);
  for (const micros of [timings?.connect, timings?.first_byte, timings?.transfer]) {
    ok(Number.isInteger(micros) && micros! >= 0 && micros! <= Math.ceil(tookMs * 1_000));
  }
});

Deno.test("checkSite() tells the first failed expectation as its error, when several failed", async () => {
  await using server = rawServer(answering("HTTP/1.1 500 Oops\r\ncontent-length: 2\r\n\r\nno"));

  const report = await check(aSite(`http://127.0.0.1:${server.port}/`, { pattern: "yes" }));

  deepStrictEqual(report.failures, [
    "unexpected status 500",
    'body does not match "yes"',
  ]);
  strictEqual(report.error_text, report.failures[0]);
});

Deno.test("checkSite() makes no connection, when the site is not its own to visit", async () => {
  await using server = rawServer(answering(OK));
  const site = aSite(`http://127.0.0.1:${server.port}/`);
  const context = { ...aContext([site.url]), mayVisit: () => false };
  await rejects(checkSite(site, context, new AbortController().signal), LeaseExpiredError);
  strictEqual(server.accepted, 0);
});

Deno.test("checkSite() asks nothing, when the site stopped being its own while it connected", async () => {
  const read: (number | null)[] = [];
  const server = rawServer(async (conn) => {
    read.push(await conn.read(new Uint8Array(1_024)));
    conn.close();
  });
  const site = aSite(`http://127.0.0.1:${server.port}/`);
  const answers = [true, false];
  const context = { ...aContext([site.url]), mayVisit: () => answers.shift() ?? true };
  await rejects(checkSite(site, context, new AbortController().signal), LeaseExpiredError);
  await server[Symbol.asyncDispose]();
  deepStrictEqual(read, [null], "it was connected to and told nothing");
});
