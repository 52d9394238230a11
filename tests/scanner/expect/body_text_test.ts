import { deepStrictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { bodyText } from "../../../src/scanner/expect/body_text.ts";

/** Bytes, each as a character of Latin-1, and how they are decoded. */
const CASES: [what: string, type: string, bytes: string, text: string, problem: string | null][] = [
  ["nothing", "", "", "", null],
  ["UTF-8 that nobody declares", "text/plain", "caf\xc3\xa9", "café", null],
  ["a charset", "text/html; charset=ISO-8859-1", "caf\xe9", "café", null],
  ["a charset in quotes", 'text/html;charset="shift_jis"', "\x83\x65", "テ", null],
  [
    "a mark of UTF-8 and another charset",
    "a/b; charset=latin1",
    "\xef\xbb\xbfcaf\xc3\xa9",
    "café",
    null,
  ],
  ["a mark of UTF-16LE", "", "\xff\xfea\0b\0", "ab", null],
  ["a mark of UTF-16BE", "application/json", "\xfe\xff\0a\0b", "ab", null],
  ["a charset that does not exist", "text/plain; charset=utf8mb4", "caf\xc3\xa9", "café", null],
  ["a meta", "text/html", "<meta charset=latin1>\xe9", "<meta charset=latin1>é", null],
  [
    "a meta of an unknown type",
    "",
    "<META CHARSET='latin1'/>\xe9",
    "<META CHARSET='latin1'/>é",
    null,
  ],
  [
    "a meta in place of a header",
    "text/html; charset=nonsense",
    '<meta http-equiv=Content-Type content="text/html; charset=latin1">\xe9',
    '<meta http-equiv=Content-Type content="text/html; charset=latin1">é',
    null,
  ],
  [
    "a declaration of XML",
    "text/xml",
    '<?xml version="1.0" encoding="latin1"?>\xe9',
    '<?xml version="1.0" encoding="latin1"?>é',
    null,
  ],
  [
    "a meta that says UTF-16",
    "text/html",
    "<meta charset=utf-16>\xc3\xa9",
    "<meta charset=utf-16>é",
    null,
  ],
  [
    "a meta of an encoding for scripts",
    "text/html",
    "<meta charset=x-user-defined>\xe9",
    "<meta charset=x-user-defined>é",
    null,
  ],
  ["a meta in text", "text/plain", "<meta charset=latin1>\xc3\xa9", "<meta charset=latin1>é", null],
  [
    "a meta in a comment",
    "text/html",
    "<!-- <meta charset=latin1> -->\xc3\xa9",
    "<!-- <meta charset=latin1> -->é",
    null,
  ],
  [
    "a meta too late",
    "text/html",
    `${" ".repeat(1_024)}<meta charset=latin1>\xc3\xa9`,
    `${" ".repeat(1_024)}<meta charset=latin1>é`,
    null,
  ],
  [
    "a meta beside a charset",
    "text/html; charset=utf-8",
    "<meta charset=latin1>\xc3\xa9",
    "<meta charset=latin1>é",
    null,
  ],
  ["Latin-1 that nobody declares", "text/html", "caf\xe9", "caf\ufffd", "body is not valid utf-8"],
  [
    "half a character of UTF-16",
    "a/b; charset=utf-16",
    "a\0b",
    "a\ufffd",
    "body is not valid utf-16le",
  ],
  [
    "a lone surrogate of UTF-16",
    "a/b; charset=utf-16le",
    "\0\xd8",
    "\ufffd",
    "body is not valid utf-16le",
  ],
  [
    "an encoding that hides texts",
    "a/b; charset=ISO-2022-KR",
    "ok",
    "ok",
    "body is in ISO-2022-KR, which browsers refuse to decode",
  ],
];

function decoded(type: string, bytes: string, rest: object = {}) {
  const headers = new Map(type === "" ? [] : [["content-type", type]]);
  return bodyText({ body: Buffer.from(bytes, "latin1"), headers, isTruncated: false, ...rest });
}

for (const [what, type, bytes, text, problem] of CASES) {
  Deno.test(`bodyText() decodes ${what}`, () => {
    const found = decoded(type, bytes);
    deepStrictEqual([found.text, found.problem ?? null], [text, problem]);
  });
}

Deno.test("bodyText() has no problem with a character that was cut in half with the body", () => {
  const isTruncated = true;
  deepStrictEqual(decoded("", "caf\xc3", { isTruncated }), { text: "caf", isTruncated });
});

Deno.test("bodyText() tells the coding that could not be undone", () => {
  const { problem } = decoded("", "bytes", { unknownCoding: "zstd" });
  deepStrictEqual(problem, 'body has the unknown coding "zstd"');
});
