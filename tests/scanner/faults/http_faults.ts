/** Sites whose answers are slow, endless, or not HTTP. */
import { brotliCompressSync, gzipSync } from "node:zlib";
import { answering, type Behaviour, readRequest, send, untilClosed } from "../http/raw_server.ts";
import { type Fault, serving } from "./fault.ts";
import { INTERIM_RESPONSES_MAX } from "../../../src/scanner/http/response_parser.ts";
import { pause } from "../../support/waiting.ts";

const MIB = 1 << 20;
const HTTP2_SETTINGS = "\0\0\x12\x04\0\0\0\0\0";
const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
const GZIP = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n";
const BROTLI = "HTTP/1.1 200 OK\r\ncontent-encoding: br\r\n\r\n";

/** Sends a head, and then the same again and again. */
function endless(head: string, chunk: string | Uint8Array): Behaviour {
  return async (conn) => {
    await readRequest(conn);
    await send(conn, head);
    while (true) await send(conn, chunk);
  };
}

/** One byte each 20 ms: slower than any deadline here, and never silent. */
function trickle(head: string, text: string): Behaviour {
  return async (conn) => {
    await readRequest(conn);
    await send(conn, head);
    for (const character of text) {
      await send(conn, character);
      await pause(20);
    }
    await untilClosed(conn);
  };
}

function answers(
  cause: string,
  answer: string | Uint8Array,
  fault: Omit<Fault, "cause" | "start">,
) {
  return { cause, start: serving(answering(answer)), ...fault };
}

const SLOW: Fault[] = [
  {
    cause: "accepts and never answers",
    start: serving(untilClosed),
    reason: "timeout",
    error: /^timed out after 0\.5 s waiting for response headers$/,
  },
  {
    cause: "sends its header byte by byte",
    start: serving(trickle("HTTP/1.1 200 OK\r\n", "x-header: 1\r\n".repeat(100))),
    reason: "timeout",
    error: /waiting for response headers$/,
  },
  {
    cause: "sends its body byte by byte",
    start: serving(trickle("HTTP/1.1 200 OK\r\n\r\n", "x".repeat(1_000))),
    reason: "timeout",
    error: /^timed out after 0\.5 s reading the response body$/,
    report: { response_code: 200 },
  },
  {
    cause: "stops in the middle of its body",
    start: serving(async (conn) => {
      await readRequest(conn);
      await send(conn, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
      await untilClosed(conn);
    }),
    reason: "timeout",
    error: /^timed out after 0\.5 s reading the response body$/,
  },
];

const ENDLESS: Fault[] = [
  {
    cause: "sends 10 GB and is asked for a MiB",
    start: serving(
      endless("HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n", new Uint8Array(65_536)),
      { site: { bodyBytesMax: MIB, timeoutMs: 2_000 } },
    ),
    reason: null,
    report: { truncated: true, body_bytes: MIB },
  },
  {
    cause: "sends a body without an end",
    start: serving(endless("HTTP/1.1 200 OK\r\n\r\n", "x".repeat(65_536))),
    reason: null,
    report: { truncated: true, body_bytes: 65_536 },
  },
  {
    cause: "sends chunks of one byte without an end",
    // Parsing 65,536 chunks takes 100 ms where nothing else runs.
    start: serving(endless(CHUNKED, "1\r\nx\r\n".repeat(1_000)), { site: { timeoutMs: 4_000 } }),
    reason: null,
    report: { truncated: true, body_bytes: 65_536 },
  },
  {
    cause: "sends a gzip bomb",
    start: serving(answering(GZIP, gzipSync(new Uint8Array(64 * MIB)))),
    reason: null,
    report: { truncated: true, body_bytes: 65_536 },
  },
  {
    cause: "sends a brotli bomb",
    start: serving(answering(BROTLI, brotliCompressSync(new Uint8Array(64 * MIB)))),
    reason: null,
    report: { truncated: true, body_bytes: 65_536 },
  },
  {
    cause: "sends an endless header",
    start: serving(endless("HTTP/1.1 200 OK\r\n", "x-header: value\r\n".repeat(100))),
    reason: "protocol",
    error: /^response headers exceed 65536 bytes$/,
  },
  {
    cause: "sends an endless header line",
    start: serving(endless("HTTP/1.1 200 OK\r\nx-a: ", "a".repeat(10_000))),
    reason: "protocol",
    error: /response headers exceed/,
  },
  {
    cause: "sends endless interim answers",
    start: serving(endless("", "HTTP/1.1 100 Continue\r\n\r\n".repeat(100))),
    reason: "protocol",
    error: /^more than 100 interim responses \(status 100\) before the final one$/,
  },
  {
    cause: "sends endless trailers",
    start: serving(endless(`${CHUNKED}2\r\nok\r\n0\r\n`, "x-trailer: value\r\n".repeat(100))),
    reason: "protocol",
    report: { response_code: 200 },
  },
  {
    cause: "sends a MiB that makes backtracking engines hang",
    start: serving(answering("HTTP/1.1 200 OK\r\n\r\n", "a".repeat(MIB)), {
      site: { pattern: "^(a+)+$", bodyBytesMax: MIB, timeoutMs: 4_000 },
    }),
    reason: null,
    report: { pattern_match: true },
  },
];

const BROKEN: Fault[] = [
  answers("does not speak HTTP", "SSH-2.0-OpenSSH_9.2\r\n", {
    reason: "protocol",
    error: /^not an HTTP response$/,
  }),
  answers("speaks another version", "HTTP/x.1 200 OK\r\n\r\n", { reason: "protocol" }),
  answers("says HTTP/2.0 in HTTP/1's grammar", "HTTP/2.0 200 OK\r\n\r\n", {
    reason: "protocol",
    error: /^unsupported protocol HTTP\/2\.0$/,
  }),
  answers("speaks HTTP/2 at once", HTTP2_SETTINGS, {
    reason: "protocol",
    error: /^the server speaks HTTP\/2 only$/,
  }),
  {
    cause: "speaks HTTP/2, byte by byte",
    start: serving(async (conn) => {
      await readRequest(conn);
      for (const byte of HTTP2_SETTINGS) await send(conn, byte).then(() => pause(2));
      await untilClosed(conn);
    }),
    reason: "protocol",
    error: /^the server speaks HTTP\/2 only$/,
  },
  answers("refuses in HTTP/2", "\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\x01", {
    reason: "protocol",
    error: /^the server speaks HTTP\/2 only$/,
  }),
  answers(
    "switches to another protocol unasked",
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
    {
      reason: "protocol",
      error: /^protocol switched without a request for it$/,
      report: { response_code: 101 },
    },
  ),
  ...["099", "1000", "2000", "20", "-200", "2xx", "OK"].map((code) =>
    answers(`sends the status "${code}"`, `HTTP/1.1 ${code} Odd\r\ncontent-length: 0\r\n\r\n`, {
      reason: "protocol",
      error: new RegExp(`^invalid status code "${code}"$`),
      report: { response_code: null },
    })
  ),
  answers("speaks HTTP/0.9", "<html>hello</html>", { reason: "protocol" }),
  answers("sends a short body", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort", {
    reason: "protocol",
    error: /^connection closed before the end of the response body$/,
    report: { response_code: 200 },
  }),
  answers("ends within its header", "HTTP/1.1 200 OK\r\nx-a: 1\r\n", {
    reason: "protocol",
    error: /^connection closed within the response headers$/,
  }),
  answers("sends a chunk without a size", `${CHUNKED}zz\r\nok\r\n0\r\n\r\n`, {
    reason: "protocol",
    error: /^invalid chunk size in the response body$/,
    report: { response_code: 200 },
  }),
  answers("sends a negative chunk that leads back to itself", `${CHUNKED}1\r\nx\r\n-6\r\n`, {
    reason: "protocol",
  }),
  answers("ends within a chunk", `${CHUNKED}ff\r\nok`, { reason: "protocol" }),
  answers("sends a body that is not gzip", `${GZIP}plain text`, {
    reason: "protocol",
    error: /^response body is not valid gzip$/,
    report: { response_code: 200 },
  }),
  {
    cause: "sends half a gzip",
    start: serving(answering(GZIP, gzipSync("text".repeat(1_000)).subarray(0, 30))),
    reason: "protocol",
  },
  answers(
    "sends six codings",
    `HTTP/1.1 200 OK\r\ncontent-encoding: ${Array(6).fill("gzip")}\r\n\r\nx`,
    { reason: "protocol", error: /^more than 5 codings in Content-Encoding$/ },
  ),
  answers(
    "sends two lengths",
    "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok!",
    { reason: "protocol", error: /^conflicting Content-Length headers$/ },
  ),
  answers(
    "sends two lengths in one line",
    "HTTP/1.1 200 OK\r\ncontent-length: 2, 3\r\n\r\nok!",
    { reason: "protocol", error: /^conflicting Content-Length headers$/ },
  ),
  answers("sends a negative length", "HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nok", {
    reason: "protocol",
    error: /^invalid Content-Length header$/,
  }),
  answers(
    "sends a length beyond all numbers",
    `HTTP/1.1 200 OK\r\ncontent-length: ${"9".repeat(40)}\r\n\r\nok`,
    {
      reason: "protocol",
    },
  ),
  answers("sends a NUL in its header", "HTTP/1.1 200 OK\r\nx-a: \0\r\n\r\nok", {
    reason: "protocol",
    error: /^NUL byte in the response headers$/,
  }),
  answers("answers an error", "HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n", {
    reason: "status",
    report: { response_code: 500 },
  }),
];

/** Odd, but right. */
const ODD: Fault[] = [
  answers(
    "sends a header line of spaces only",
    `HTTP/1.1 200 OK\r\nx-a: 1\r\n${" ".repeat(60_000)}\r\n\r\nok`,
    {
      reason: null,
    },
  ),
  answers(
    "sends the same length twice",
    "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nok",
    { reason: null, report: { body_bytes: 2 } },
  ),
  answers(
    "sends the same length twice in one line",
    "HTTP/1.1 200 OK\r\ncontent-length: 2 , 02\r\n\r\nok",
    { reason: null, report: { body_bytes: 2 } },
  ),
  answers(
    "pads the sizes of its chunks",
    `${CHUNKED}${"2".padStart(40, "0")}\r\nok\r\n${"0".repeat(40)}\r\n\r\n`,
    { reason: null, report: { body_bytes: 2 } },
  ),
  ...[200, 999].map((status) =>
    answers(`sends ${status} without a reason`, `HTTP/1.1 ${status}\r\n\r\nok`, {
      reason: status === 200 ? null : "status",
      report: { response_code: status },
    })
  ),
  answers("sends an unknown coding", "HTTP/1.1 200 OK\r\ncontent-encoding: rot13\r\n\r\nbx", {
    reason: null,
    report: { body_bytes: 2 },
  }),
  answers(
    "sends as many interim answers as may be",
    `${"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n".repeat(INTERIM_RESPONSES_MAX)}${OK}`,
    { reason: null, report: { response_code: 200 } },
  ),
  answers(
    "sends a second response that would make the parser loop",
    `${OK}HTTP/1.1 200 OK\r\ncontent-length: -38\r\n\r\n`,
    { reason: null },
  ),
  {
    cause: "sends an interim answer first",
    start: serving(answering("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", OK)),
    reason: null,
  },
  answers("ends its body with the connection", "HTTP/1.0 200 OK\r\n\r\nok", {
    reason: null,
    report: { http_version: "1.0", body_bytes: 2 },
  }),
  {
    cause: "answers before it has read the request",
    start: serving(async (conn) => {
      await send(conn, OK);
      await untilClosed(conn);
    }),
    reason: null,
  },
];

export const HTTP_FAULTS: readonly Fault[] = [...SLOW, ...ENDLESS, ...BROKEN, ...ODD];
