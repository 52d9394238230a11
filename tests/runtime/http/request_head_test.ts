import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  BadRequestError,
  endOfHead,
  parseRequestHead,
} from "../../../src/runtime/http/request_head.ts";

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

const HEADS: [
  what: string,
  head: string,
  url: string,
  isReusable: boolean,
  takesChunks: boolean,
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
  ["a body", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n", "http://h/", false, true],
  ["HTTP/1.0", "GET / HTTP/1.0\r\n", "http://localhost/", false, false],
  [
    "HTTP/1.0 that stays",
    "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n",
    "http://localhost/",
    true,
    false,
  ],
];

for (const [what, head, url, isReusable, takesChunks] of HEADS) {
  Deno.test(`parseRequestHead() reads ${what}`, () => {
    const { request, ...rest } = parseRequestHead(bytes(`${head}\r\n`));
    strictEqual(request.url, url);
    deepStrictEqual(rest, { isReusable, takesChunks });
  });
}

const BAD = [
  "",
  "GET / HTTP/2.0\r\nHost: h",
  "GET  / HTTP/1.1\r\nHost: h",
  "GET http://h/ HTTP/1.1\r\nHost: h",
  "GET / HTTP/1.1",
  "GET / HTTP/1.1\r\nHost: a b",
  "GET / HTTP/1.1\r\nHost: user@h",
  "GET / HTTP/1.1\r\nHost: h\r\nno colon",
  "GET / HTTP/1.1\r\nHost: h\r\n folded: x",
  "TRACE / HTTP/1.1\r\nHost: h",
  "GET / HTTP/1.1\r\nHost: h:99999",
];

for (const head of BAD) {
  Deno.test(`parseRequestHead() refuses ${JSON.stringify(head)}`, () => {
    throws(() => parseRequestHead(bytes(`${head}\r\n\r\n`)), BadRequestError);
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
      parseRequestHead(bytes(`${parts.join("")}\r\n\r\n`));
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
