import { deepStrictEqual, ok } from "node:assert/strict";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc, { runs } from "../../support/random_runs.ts";
import { soon } from "../../support/waiting.ts";
import { REASONS } from "../../../src/report/outcome.ts";
import { ResponseError, ResponseParser } from "../../../src/scanner/http/response_parser.ts";
import { answering, rawServer, readRequest, send } from "./raw_server.ts";
import { aSite, check, requireStorable } from "../sites.ts";

const MIB = 1 << 20;

/** Bytes that look enough like HTTP to get deep into a parser. */
const almostHttp = fc.array(
  fc.oneof(
    fc.constantFrom(
      "HTTP/1.1 200 OK\r\n",
      "HTTP/1.1 100 Continue\r\n\r\n",
      "HTTP/1.0 302 Found\r\nlocation: /\r\n",
      "content-length: 5\r\n",
      "content-length: -38\r\n",
      "content-length: 1e9\r\n",
      "transfer-encoding: chunked\r\n",
      "transfer-encoding: chunked, gzip\r\n",
      "content-encoding: gzip\r\n",
      "content-encoding: br\r\n",
      "connection: upgrade\r\nupgrade: x\r\n",
      "\r\n",
      "5\r\nhello\r\n",
      "-6\r\n",
      "0\r\n\r\n",
      "ffffffffffff\r\n",
      " \t \r\n",
      "\0",
      "x-a: caf\u00e9\u0080\u202e\ud83d\ude00\r\n",
      "content-type: text/html; charset=utf-16\r\n",
      "content-type: text/html; charset=iso-2022-kr\r\n",
      "content-encoding: utf-8, zstd\r\n",
      "location: http://a\u00e9@[::1]:99999/\r\n",
      '{"a":[1e999,-0,123456789012345678901234567890,"\\ud800\\u0000"]}',
      "\ufeff<meta charset=shift_jis>",
    ),
    fc.string({ unit: "binary", maxLength: 20 }),
  ),
  { maxLength: 12 },
).map((parts) => new TextEncoder().encode(parts.join("")));

const anyBytes = fc.oneof(almostHttp, fc.uint8Array({ maxLength: 300 }));

Deno.test("ResponseParser throws nothing but ResponseError, and ends, when given any bytes", () => {
  fc.assert(
    fc.property(fc.array(anyBytes, { maxLength: 4 }), (pieces) => {
      const parser = new ResponseParser("GET", MIB);
      try {
        for (const bytes of pieces) parser.push(bytes);
        parser.finish();
        ok(parser.isComplete && parser.head !== undefined);
      } catch (error) {
        ok(error instanceof ResponseError, String(error));
      }
      ok(parser.body.length <= pieces.reduce((sum, { length }) => sum + length, 0));
    }),
    runs(5_000),
  );
});

Deno.test("ResponseParser finds the same, however the bytes are cut", () => {
  const whole = new TextEncoder().encode(
    "HTTP/1.1 200 OK\r\nx-a: 1\r\nx-a: 2\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nx-t: 1\r\n\r\n",
  );
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 40 })), (sizes) => {
    const parser = new ResponseParser("GET", MIB);
    let at = 0;
    for (const size of [...sizes, whole.length]) parser.push(whole.slice(at, at += size));
    const body = new TextDecoder().decode(parser.body);
    deepStrictEqual([body, parser.isComplete, parser.head?.headers.get("x-a")], [
      "hello!",
      true,
      "1, 2",
    ]);
  }));
});

Deno.test("checkSite() reports in time, when a site answers any bytes", async () => {
  let bytes = new Uint8Array();
  await using server = rawServer(async (conn) => {
    await readRequest(conn);
    await send(conn, bytes);
  });
  const site = aSite(`http://127.0.0.1:${server.port}/`, {
    timeoutMs: 500,
    pattern: "a+b",
    expect: {
      header: [{ name: "x-a", equals: "b" }, { name: "content-type", exists: false }],
      body: { contains: ["a"], notContains: ["b"], matches: ["."], notMatches: ["b"] },
      json: [{ path: "$..*", equals: 1 }],
    },
  });
  await fc.assert(
    fc.asyncProperty(anyBytes, async (answer) => {
      bytes = new Uint8Array(answer);
      const report = await soon(1_000, "a report", () => check(site));
      const { reason, outcome } = report;
      requireStorable(report);
      ok(outcome === "up" ? reason === null : REASONS.includes(reason!) && reason !== "internal");
    }),
    runs(200),
  );
});

/** As many as a response's headers have room for. */
const SPACES = " ".repeat(65_000);

/** What took seconds to hours by a regular expression. */
const SPACED = [
  `content-type: text/html; charset=${SPACES};`,
  `set-cookie: a=b${SPACES}c`,
  `set-cookie: a${SPACES}b`,
];

for (const header of SPACED) {
  Deno.test(`checkSite() reports in time, when a site sends spaces after "${header.trim().split(SPACES, 1)}"`, async () => {
    const head = `HTTP/1.1 302 Found\r\n${header}\r\nlocation: /\r\nconnection: close\r\n\r\n`;
    await using server = rawServer(answering(head));
    const site = aSite(`http://127.0.0.1:${server.port}/`, { redirectsMax: 1 });
    const { response_code, error_text } = await soon(1_000, "a report", () => check(site));
    deepStrictEqual([response_code, error_text?.slice(0, 20)], [302, "more than 1 redirect"]);
  });
}

const twice = (bytes: Uint8Array) => gzipSync(brotliCompressSync(bytes));

const ENCODINGS: [name: string, encode: (bytes: Uint8Array) => Uint8Array][] = [
  ["gzip", gzipSync],
  ["x-gzip", gzipSync],
  ["deflate", deflateSync],
  ["deflate", deflateRawSync],
  ["br", brotliCompressSync],
  ["identity", (bytes) => bytes],
  ["none", (bytes) => bytes],
  ["UTF-8", (bytes) => bytes],
  ["BR, none, GZip", twice],
];

for (const [name, encode] of ENCODINGS) {
  Deno.test(`checkSite() searches the decoded body, when it is ${name} by ${encode.name}`, async () => {
    const body = encode(new TextEncoder().encode(`${"x".repeat(10_000)}needle`));
    const head =
      `HTTP/1.1 200 OK\r\ncontent-encoding: ${name}\r\ncontent-length: ${body.length}\r\n\r\n`;
    await using server = rawServer(answering(head, body));
    const report = await check(aSite(`http://127.0.0.1:${server.port}/`, { pattern: "needle" }));
    deepStrictEqual([report.error_text, report.pattern_match], [null, true]);
    deepStrictEqual([report.body_bytes, report.truncated], [10_006, false]);
  });
}

Deno.test("checkSite() reads no more than the limit, when a body never ends", async () => {
  const chunk = new Uint8Array(65_536).fill(97);
  let sent = 0;
  await using server = rawServer(async (conn) => {
    await readRequest(conn);
    await send(conn, "HTTP/1.1 200 OK\r\n\r\n");
    for (; sent < 10_240 * MIB; sent += chunk.length) await send(conn, chunk);
  });
  const url = `http://127.0.0.1:${server.port}/`;
  const before = Deno.memoryUsage().rss;

  const missed = await check(aSite(url, { pattern: "b", bodyBytesMax: MIB }));
  deepStrictEqual([missed.reason, missed.truncated, missed.body_bytes], [
    "body_too_large",
    true,
    MIB,
  ]);
  deepStrictEqual(missed.pattern_match, false);
  const found = await check(aSite(url, { pattern: "a", bodyBytesMax: MIB }));
  deepStrictEqual([found.outcome, found.truncated, found.pattern_match], ["up", true, true]);

  ok(sent < 64 * MIB, "the connection was closed");
  ok(Deno.memoryUsage().rss - before < 40 * MIB);
});

Deno.test("checkSite() takes a body whole, when it is exactly as long as the limit", async () => {
  await using server = rawServer(answering("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"));
  const url = `http://127.0.0.1:${server.port}/`;
  const exact = await check(aSite(url, { bodyBytesMax: 5 }));
  deepStrictEqual([exact.body_bytes, exact.truncated], [5, false]);
  const less = await check(aSite(url, { bodyBytesMax: 4 }));
  deepStrictEqual([less.body_bytes, less.truncated], [4, true]);
});
