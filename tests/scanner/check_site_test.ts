import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { Reason } from "../../src/report/outcome.ts";
import {
  answering,
  type Behaviour,
  rawServer,
  readRequest,
  send,
  untilClosed,
} from "./raw_server.ts";
import { aSite, check } from "./sites.ts";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

Deno.test("checkSite() reports up with all it saw, when a site answers", async () => {
  await using server = rawServer(answering(OK));
  const url = `http://127.0.0.1:${server.port}/path?query`;

  const report = await check(aSite(url, { name: "shop", pattern: "o.", labels: { team: "a" } }));

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
    failures: [],
    snippet: null,
    interval_ms: 10_000,
    labels: { team: "a" },
    producer_id: "",
    sequence: 0,
  });
  ok(Math.abs(checked_at - Date.now() * 1_000) < 5_000_000);
  ok(Number.isInteger(response_time) && response_time < 1_000);
  deepStrictEqual([timings?.dns, timings?.tls], [null, null]);
  for (const micros of [timings?.connect, timings?.first_byte, timings?.transfer]) {
    ok(Number.isInteger(micros) && micros! >= 0 && micros! < 1_000_000);
  }
});

interface Hostile {
  readonly does: string;
  readonly behaviour: Behaviour;
  readonly reason: Reason | null;
  readonly error?: RegExp;
  readonly status?: number | null;
}

const chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
const gzip = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n";
const trickle = (text: string): Behaviour => async (conn) => {
  await readRequest(conn);
  for (const character of text) {
    await send(conn, character);
    // One byte each 20 ms: slower than any deadline here, and never silent.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await untilClosed(conn);
};
const endless = (head: string, chunk: string): Behaviour => async (conn) => {
  await readRequest(conn);
  await send(conn, head);
  while (true) await send(conn, chunk);
};

const HOSTILE: Hostile[] = [
  {
    does: "closes at once",
    behaviour: async (conn) => void await readRequest(conn),
    reason: "reset",
    error: /^Cannot read the answer of 127.0.0.1:\d+: it closed the connection without an answer$/,
  },
  {
    does: "never answers",
    behaviour: untilClosed,
    reason: "timeout",
    error: /its header took longer than the timeout$/,
  },
  {
    does: "sends its header byte by byte",
    behaviour: trickle(`HTTP/1.1 200 OK\r\n${"x-header: 1\r\n".repeat(100)}`),
    reason: "timeout",
    error: /header took longer/,
  },
  {
    does: "sends its body byte by byte",
    behaviour: trickle(`HTTP/1.1 200 OK\r\n\r\n${"x".repeat(1_000)}`),
    reason: "timeout",
    error: /body took longer/,
    status: 200,
  },
  {
    does: "does not speak HTTP",
    behaviour: answering("SSH-2.0-OpenSSH_9.2\r\n"),
    reason: "protocol",
    error: /it is not HTTP$/,
  },
  {
    does: "speaks another version",
    behaviour: answering("HTTP/x.1 200 OK\r\n\r\n"),
    reason: "protocol",
  },
  {
    does: "sends a short body",
    behaviour: answering("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort"),
    reason: "protocol",
    error: /ended before its body was whole/,
    status: 200,
  },
  {
    does: "sends a chunk without a size",
    behaviour: answering(`${chunked}zz\r\nok\r\n0\r\n\r\n`),
    reason: "protocol",
    error: /a chunk of its body has no size/,
    status: 200,
  },
  {
    does: "sends a negative chunk that leads back to itself",
    behaviour: answering(`${chunked}1\r\nx\r\n-6\r\n`),
    reason: "protocol",
    status: 200,
  },
  {
    does: "ends within a chunk",
    behaviour: answering(`${chunked}ff\r\nok`),
    reason: "protocol",
    status: 200,
  },
  {
    does: "sends a body that is not gzip",
    behaviour: answering(gzip, "plain text"),
    reason: "protocol",
    error: /its body is not gzip/,
    status: 200,
  },
  {
    does: "sends half a gzip",
    behaviour: answering(gzip, gzipSync("text".repeat(1_000)).subarray(0, 30)),
    reason: "protocol",
    status: 200,
  },
  {
    does: "sends an unknown encoding",
    behaviour: answering("HTTP/1.1 200 OK\r\ncontent-encoding: rot13\r\n\r\nbx"),
    reason: "protocol",
    error: /content-encoding is not supported/,
    status: 200,
  },
  {
    does: "sends two lengths",
    behaviour: answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok!"),
    reason: "protocol",
  },
  {
    does: "sends a negative length",
    behaviour: answering("HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nok"),
    reason: "protocol",
    error: /content-length is no number/,
  },
  {
    does: "sends a NUL in its header",
    behaviour: answering("HTTP/1.1 200 OK\r\nx-a: \0\r\n\r\nok"),
    reason: "protocol",
    error: /NUL/,
  },
  {
    does: "sends an endless header",
    behaviour: endless("HTTP/1.1 200 OK\r\n", "x-header: value\r\n".repeat(100)),
    reason: "protocol",
    error: /header is longer than 65536 bytes/,
  },
  {
    does: "sends an endless header line",
    behaviour: endless("HTTP/1.1 200 OK\r\nx-a: ", "a".repeat(10_000)),
    reason: "protocol",
    error: /header is longer/,
  },
  {
    does: "sends endless interim answers",
    behaviour: endless("", "HTTP/1.1 100 Continue\r\n\r\n".repeat(100)),
    reason: "protocol",
    error: /header is longer/,
  },
  {
    does: "sends endless trailers",
    behaviour: endless(`${chunked}2\r\nok\r\n0\r\n`, "x-trailer: value\r\n".repeat(100)),
    reason: "protocol",
    status: 200,
  },
  {
    does: "sends a header line of spaces only",
    behaviour: answering(`HTTP/1.1 200 OK\r\nx-a: 1\r\n${" ".repeat(60_000)}\r\n\r\nok`),
    reason: null,
    status: 200,
  },
  {
    does: "sends the same length twice",
    behaviour: answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nok"),
    reason: null,
    status: 200,
  },
  {
    does: "sends a second response that would make the parser loop",
    behaviour: answering(`${OK}HTTP/1.1 200 OK\r\ncontent-length: -38\r\n\r\n`),
    reason: null,
    status: 200,
  },
  {
    does: "sends an interim answer first",
    behaviour: answering("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", OK),
    reason: null,
    status: 200,
  },
  {
    does: "ends its body with the connection",
    behaviour: answering("HTTP/1.0 200 OK\r\n\r\nok"),
    reason: null,
    status: 200,
  },
  {
    does: "answers an error",
    behaviour: answering("HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n"),
    reason: "status",
    status: 500,
  },
];

for (const { does, behaviour, reason, error, status = null } of HOSTILE) {
  Deno.test(`checkSite() reports ${reason ?? "up"} in time, when the site ${does}`, async () => {
    await using server = rawServer(behaviour);
    const startMs = performance.now();

    const site = aSite(`http://127.0.0.1:${server.port}/`, { timeoutMs: 500 });
    const report = await check(site);

    ok(performance.now() - startMs < 1_000, "within the deadline and half a second");
    deepStrictEqual([report.outcome, report.reason], [reason === null ? "up" : "down", reason]);
    deepStrictEqual(report.response_code, status);
    if (error !== undefined) match(report.error_text!, error);
  });
}

Deno.test("checkSite() tells the first failed expectation as its error, when several failed", async () => {
  await using server = rawServer(answering("HTTP/1.1 500 Oops\r\ncontent-length: 2\r\n\r\nno"));

  const report = await check(aSite(`http://127.0.0.1:${server.port}/`, { pattern: "yes" }));

  deepStrictEqual(report.failures, [
    "The status must be below 400: it is 500",
    'The body must match "yes": it does not',
  ]);
  strictEqual(report.error_text, report.failures[0]);
});
