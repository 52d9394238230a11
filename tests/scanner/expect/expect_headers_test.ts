import { deepStrictEqual } from "node:assert/strict";
import type { HeaderExpectation } from "../../../src/config/site.ts";
import { headerFailures } from "../../../src/scanner/expect/expect_headers.ts";
import { engines } from "../answers.ts";

const HEADERS = new Map([["content-type", "text/html; charset=utf-8"], ["x-evil", "a\x1b[2J"]]);

/** The failure's text after "The header NAME must ", or null when there is none. */
const CASES: [expected: HeaderExpectation, failure: string | null][] = [
  [{ name: "Content-Type", exists: true }, null],
  [{ name: "Content-Type", exists: false }, 'not be there: it is "text/html; charset=utf-8"'],
  [{ name: "etag", exists: false }, null],
  [{ name: "etag", exists: true }, "be there: it is missing"],
  [{ name: "content-type", equals: "text/html; charset=utf-8" }, null],
  [
    { name: "content-type", equals: "text/html" },
    'equal "text/html": it is "text/html; charset=utf-8"',
  ],
  [{ name: "etag", equals: "x" }, 'equal "x": it is missing'],
  [{ name: "content-type", notEquals: "text/html" }, null],
  [{ name: "etag", notEquals: "x" }, 'not equal "x": it is missing'],
  [{ name: "content-type", contains: "html" }, null],
  [
    { name: "content-type", contains: "json" },
    'contain "json": it is "text/html; charset=utf-8"',
  ],
  [{ name: "content-type", matches: "^text/" }, null],
  [{ name: "etag", matches: "." }, 'match ".": it is missing'],
  [{ name: "x-evil", equals: "a" }, 'equal "a": it is "a\\x1b[2J"'],
];

for (const [expected, failure] of CASES) {
  const { name, ...conditions } = expected;
  Deno.test(`headerFailures() gives ${failure}, when ${name} must be ${JSON.stringify(conditions)}`, () => {
    const failures = headerFailures([expected], HEADERS, engines);
    const texts = failure === null ? [] : [`The header ${name} must ${failure}`];
    deepStrictEqual(failures, texts.map((text) => ({ reason: "header", text })));
  });
}
