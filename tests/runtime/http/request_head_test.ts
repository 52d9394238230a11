import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import process from "node:process";
import fc from "../../support/random_runs.ts";
import {
  BadRequestError,
  BLANKS_MAX,
  endOfHead,
  HEAD_BYTES_MAX,
  HEADERS_MAX,
  parseRequestHead,
} from "../../../src/runtime/http/request_head.ts";

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

const HEADS: [
  what: string,
  head: string,
  url: string,
  keepsAlive: boolean,
  takesChunks: boolean,
  bodyBytes?: number | undefined,
][] = [
  ["a plain one", "GET /a?b=c HTTP/1.1\r\nHost: h:8080\r\n", "http://h:8080/a?b=c", true, true],
  ["one with bare line feeds", "GET / HTTP/1.1\nHost: h\n", "http://h/", true, true],
  ["an IPv6 host", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n", "http://[::1]/", true, true],
  ["a path that looks like a host", "GET //x/ HTTP/1.1\r\nHost: h\r\n", "http://h//x/", true, true],
  [
    "a client that closes",
    "GET / HTTP/1.1\r\nHost: h\r\nConnection: close, TE\r\n",
    "http://h/",
    false,
    true,
  ],
  ["a body", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n", "http://h/", true, true, 5],
  ["HTTP/1.0", "GET / HTTP/1.0\r\n", "http://localhost/", false, false],
  [
    "HTTP/1.0 that stays",
    "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n",
    "http://localhost/",
    true,
    false,
  ],
];

for (const [what, head, url, keepsAlive, takesChunks, bodyBytes = 0] of HEADS) {
  Deno.test(`parseRequestHead() reads ${what}`, () => {
    const read = parseRequestHead(bytes(`${head}\r\n`));
    strictEqual(read.request.url, url);
    deepStrictEqual(
      [read.keepsAlive, read.bodyBytes, read.takesChunks],
      [keepsAlive, bodyBytes, takesChunks],
    );
  });
}

Deno.test("parseRequestHead() knows no length of a body in chunks, whatever it says beside it", () => {
  const length = "Content-Length: 5\r\n";
  const head = `POST / HTTP/1.1\r\nHost: h\r\n${length}Transfer-Encoding: chunked\r\n\r\n`;
  strictEqual(parseRequestHead(bytes(head)).bodyBytes, undefined);
});

const BAD = [
  "",
  "GET / HTTP/2.0\r\nHost: h",
  "GET  / HTTP/1.1\r\nHost: h",
  "GET http://h/ HTTP/1.1\r\nHost: h",
  "GET / HTTP/1.1",
  "GET / HTTP/1.1\r\nHost: a b",
  "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1",
  "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 5",
  "GET / HTTP/1.1\r\nHost: user@h",
  "GET / HTTP/1.1\r\nHost: h\r\nno colon",
  "GET / HTTP/1.1\r\nHost: h\r\na: \0",
  "GET / HTTP/1.1\r\nHost: h\r\na: b\rc",
  "GET / HTTP/1.1\r\nHost: h\r\n folded: x",
  "TRACE / HTTP/1.1\r\nHost: h",
  "GET / HTTP/1.1\r\nHost: h:99999",
];

for (const head of BAD) {
  Deno.test(`parseRequestHead() refuses ${JSON.stringify(head)}`, () => {
    throws(() => parseRequestHead(bytes(`${head}\r\n\r\n`)).request, BadRequestError);
  });
}

Deno.test("parseRequestHead() reads every byte of a header as Latin-1", () => {
  const { headers, request } = parseRequestHead(
    bytes("GET / HTTP/1.1\r\nHost: h\r\nCookie: \x80\xc3\xa0 \r\ncookie:b\r\n\r\n"),
  );
  for (const some of [headers, request.headers]) strictEqual(some.get("cookie"), "\x80\xc3\xa0, b");
});

const ROOM = HEAD_BYTES_MAX - 100;

for (
  const [what, block] of [
    ["blanks before a bare carriage return", `a:${" ".repeat(ROOM)}\rb`],
    ["blanks within a value", `a: b${" ".repeat(ROOM)}c`],
    ["blanks within the options of a connection", `connection: b${" ".repeat(ROOM)}c`],
    ["as many blanks as are allowed", `a:${" ".repeat(BLANKS_MAX)}\rb`],
    [
      "many values with blanks",
      `a: b${" ".repeat(BLANKS_MAX)}c\r\n`.repeat(ROOM / (BLANKS_MAX + 10)),
    ],
    ["headers", Array.from({ length: ROOM / 7 }, (_, n) => `a${n}:\r\n`).join("").slice(0, ROOM)],
  ] as const
) {
  Deno.test(`parseRequestHead() takes no time for a head full of ${what}`, () => {
    const head = bytes(`GET / HTTP/1.1\r\nHost: h\r\n${block}\r\n\r\n`);
    const before = process.cpuUsage();
    try {
      void parseRequestHead(head).request;
    } catch (error) {
      ok(error instanceof BadRequestError);
    }
    const ms = process.cpuUsage(before).user / 1_000;
    ok(ms < 150, `${ms} ms`);
  });
}

for (
  const [what, max, block] of [
    ["blanks in a row", BLANKS_MAX, (count: number) => `a: b${"\t".repeat(count)}c\r\n`],
    ["headers", HEADERS_MAX - 1, (count: number) => "a:\r\n".repeat(count)],
  ] as const
) {
  Deno.test(`parseRequestHead() reads up to a limit of ${what}`, () => {
    const head = (count: number) => bytes(`GET / HTTP/1.1\r\nHost: h\r\n${block(count)}\r\n`);
    void parseRequestHead(head(max)).request;
    throws(() => parseRequestHead(head(max + 1)), BadRequestError);
  });
}

Deno.test("parseRequestHead() throws nothing but BadRequestError, whatever is sent", () => {
  const part = fc.constantFrom(
    "GET",
    " ",
    "/",
    "HTTP/1.1",
    "\r\n",
    "Host:",
    "h",
    ":",
    "\0",
    "é",
    "Host: h\r\n",
  );
  fc.assert(fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
    try {
      void parseRequestHead(bytes(`${parts.join("")}\r\n\r\n`)).request;
    } catch (error) {
      if (!(error instanceof BadRequestError)) throw error;
    }
  }));
});

Deno.test("endOfHead() finds the first empty line", () => {
  deepStrictEqual(
    ["a\r\nb\r\n\r\nc\r\n\r\n", "a\n\nb", "a\r\nb\r\n", "\n", ""].map((text) =>
      endOfHead(bytes(text))
    ),
    [8, 3, -1, -1, -1],
  );
});

Deno.test("endOfHead() finds the same, when it goes on two bytes before what has come since", () => {
  const text = fc.array(fc.constantFrom("a", "\r", "\n", "\r\n")).map((parts) => parts.join(""));
  fc.assert(fc.property(text, fc.array(fc.integer({ min: 1, max: 4 })), (text, sizes) => {
    const whole = bytes(text);
    let [end, length] = [-1, 0];
    for (const size of [...sizes, whole.length]) {
      const from = Math.max(0, length - 2);
      length = Math.min(whole.length, length + size);
      end = endOfHead(whole.subarray(0, length), from);
      if (end !== -1) break;
    }
    strictEqual(end, endOfHead(whole));
  }));
});
