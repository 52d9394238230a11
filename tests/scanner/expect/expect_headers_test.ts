import { deepStrictEqual } from "node:assert/strict";
import type { HeaderExpectation } from "../../../src/config/site.ts";
import { expectHeaders } from "../../../src/scanner/expect/expect_headers.ts";
import { engines } from "../answers.ts";

/** As the parser gives them: each byte as a character of Latin-1. */
const HEADERS = new Map([
  ["content-type", "text/html; charset=utf-8"],
  ["x-evil", "a\x1b[2J"],
  ["x-utf-8", "caf\xc3\xa9"],
  ["x-latin-1", "caf\xe9"],
]);

/** The failure's text after "header NAME ", or null when there is none. */
const CASES: [expected: HeaderExpectation, failure: string | null][] = [
  [{ name: "Content-Type", exists: true }, null],
  [
    { name: "Content-Type", exists: false },
    'is "text/html; charset=utf-8", expected it to be absent',
  ],
  [{ name: "etag", exists: false }, null],
  [{ name: "etag", exists: true }, "is missing, expected it to be present"],
  [{ name: "content-type", equals: "text/html; charset=utf-8" }, null],
  [
    { name: "content-type", equals: "text/html" },
    'is "text/html; charset=utf-8", expected it to equal "text/html"',
  ],
  [{ name: "etag", equals: "x" }, 'is missing, expected it to equal "x"'],
  [{ name: "content-type", notEquals: "text/html" }, null],
  [{ name: "etag", notEquals: "x" }, 'is missing, expected it to not equal "x"'],
  [{ name: "content-type", contains: "html" }, null],
  [
    { name: "content-type", contains: "json" },
    'is "text/html; charset=utf-8", expected it to contain "json"',
  ],
  [{ name: "content-type", matches: "^text/" }, null],
  [{ name: "etag", matches: "." }, 'is missing, expected it to match "."'],
  [{ name: "x-utf-8", equals: "café" }, null],
  [{ name: "x-latin-1", equals: "café" }, null],
  [{ name: "x-latin-1", matches: "^caf.$" }, null],
  [{ name: "x-utf-8", notEquals: "café" }, 'is "café", expected it to not equal "café"'],
  [{ name: "x-evil", equals: "a" }, 'is "a\\x1b[2J", expected it to equal "a"'],
];

for (const [expected, failure] of CASES) {
  const { name, ...conditions } = expected;
  Deno.test(`expectHeaders() gives ${failure}, when ${name} must be ${JSON.stringify(conditions)}`, () => {
    const failures = expectHeaders([expected], HEADERS, engines);
    const texts = failure === null ? [] : [`header ${name} ${failure}`];
    deepStrictEqual(failures, texts.map((text) => ({ reason: "header", text })));
  });
}
