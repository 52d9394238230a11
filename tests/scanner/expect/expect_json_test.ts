import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import type { JsonExpectation } from "../../../src/config/site.ts";
import { jsonFailures } from "../../../src/scanner/expect/expect_json.ts";
import { engines } from "../answers.ts";

const DOCUMENT = {
  status: "ok",
  load: 0.5,
  empty: null,
  isUp: true,
  parts: [{ name: "db", ms: 3 }, { name: "cache", ms: 30 }],
};

function failuresOf(expected: JsonExpectation, document: unknown = DOCUMENT): string[] {
  const body = { text: JSON.stringify(document), isTruncated: false };
  return jsonFailures([expected], body, engines).map(({ text }) => text);
}

/** The failure's text after "The value at PATH must ", or null when there is none. */
const CASES: [expected: JsonExpectation, failure: string | null][] = [
  [{ path: "$.status", equals: "ok" }, null],
  [{ path: "$.status", equals: "fine" }, 'equal "fine": it is "ok"'],
  [{ path: "$.load", equals: 0.5 }, null],
  [{ path: "$.load", equals: "0.5" }, 'equal "0.5": it is 0.5'],
  [{ path: "$.empty", equals: null }, null],
  [{ path: "$.isUp", equals: true }, null],
  [{ path: "$.isUp", equals: false }, "equal false: it is true"],
  [{ path: "$.missing", equals: "ok" }, 'equal "ok": there is none'],
  [{ path: "$.parts", equals: "ok" }, 'equal "ok": it is a list of 2'],
  [{ path: "$.parts[0]", equals: "ok" }, 'equal "ok": it is an object'],
  [{ path: "$.status", notEquals: "bad" }, null],
  [{ path: "$.status", notEquals: "ok" }, 'not equal "ok": it is "ok"'],
  [{ path: "$.missing", notEquals: "bad" }, 'not equal "bad": there is none'],
  [{ path: "$.status", matches: "^o" }, null],
  [{ path: "$.load", matches: "^0\\." }, null],
  [{ path: "$.status", matches: "^x" }, 'match "^x": it is "ok"'],
  [{ path: "$.parts", matches: "." }, 'match ".": it is a list of 2'],
  [{ path: "$.load", lessThan: 1 }, null],
  [{ path: "$.load", lessThan: 0.5 }, "be less than 0.5: it is 0.5"],
  [{ path: "$.load", greaterThan: 0 }, null],
  [{ path: "$.load", greaterThan: 0.5 }, "be greater than 0.5: it is 0.5"],
  [{ path: "$.status", lessThan: 9 }, 'be less than 9: it is "ok"'],
  [{ path: "$.load", greaterThan: 0, lessThan: 0.4 }, "be less than 0.4: it is 0.5"],
  [{ path: "$.status", exists: true }, null],
  [{ path: "$.empty", exists: true }, null],
  [{ path: "$.missing", exists: true }, "be there: there is none"],
  [{ path: "$.missing", exists: false }, null],
  [{ path: "$.status", exists: false }, 'not be there: it is "ok"'],
  [{ path: "$.parts[*].ms", lessThan: 50 }, null],
  [{ path: "$.parts[*].ms", lessThan: 10 }, "be less than 10: it is 30"],
  [{ path: "$.parts[?@.name == 'db'].ms", equals: 3 }, null],
  [{ path: "$..name", matches: "^(db|cache)$" }, null],
  [{ path: "$.parts[-1].name", equals: "cache" }, null],
];

for (const [expected, failure] of CASES) {
  const { path, ...conditions } = expected;
  Deno.test(`jsonFailures() gives ${failure}, when ${path} must be ${JSON.stringify(conditions)}`, () => {
    deepStrictEqual(
      failuresOf(expected),
      failure === null ? [] : [`The value at ${path} must ${failure}`],
    );
  });
}

Deno.test("jsonFailures() tells once that a body is no JSON, and nothing of what it holds", () => {
  const expected = [{ path: "$.a", exists: true }, { path: "$.b", exists: true }];
  for (const text of ["<html>", "{'a': 1}", '{"a":1', ""]) {
    const failures = jsonFailures(expected, { text, isTruncated: false }, engines);
    const found = text === "" ? "it is empty" : "it is not";
    deepStrictEqual(failures, [{ reason: "json", text: `The body must be JSON: ${found}` }]);
  }
});

Deno.test("jsonFailures() survives a document that is nested half a million times", () => {
  const text = `${"[".repeat(500_000)}${"]".repeat(500_000)}`;
  const expected = [{ path: "$..a", exists: true }, { path: "$[0]", equals: 1 }];
  const failures = jsonFailures(expected, { text, isTruncated: false }, engines);
  deepStrictEqual(failures.map((failure) => failure.text), [
    "The value at $..a must be there: the document is nested too deeply",
    "The value at $[0] must equal 1: it is a list of 1",
  ]);
});

Deno.test("jsonFailures() agrees with itself, whatever the document holds", () => {
  fc.assert(fc.property(fc.jsonValue(), (document) => {
    const isThere = failuresOf({ path: "$.a", exists: true }, document).length === 0;
    const isAbsent = failuresOf({ path: "$.a", exists: false }, document).length === 0;
    ok(isThere !== isAbsent);
    if (document === null || typeof document === "object") return;
    deepStrictEqual(failuresOf({ path: "$", equals: document }, document), []);
  }));
});
