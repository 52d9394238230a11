import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "../../support/random_runs.ts";
import type { JsonExpectation } from "../../../src/config/site.ts";
import { expectJson } from "../../../src/scanner/expect/expect_json.ts";
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
  return expectJson([expected], body, engines).map(({ text }) => text);
}

/** The failure's text after the path, or null when there is none. */
const CASES: [expected: JsonExpectation, failure: string | null][] = [
  [{ path: "$.status", equals: "ok" }, null],
  [{ path: "$.status", equals: "fine" }, 'is "ok", expected it to equal "fine"'],
  [{ path: "$.load", equals: 0.5 }, null],
  [{ path: "$.load", equals: "0.5" }, 'is 0.5, expected it to equal "0.5"'],
  [{ path: "$.empty", equals: null }, null],
  [{ path: "$.isUp", equals: true }, null],
  [{ path: "$.isUp", equals: false }, "is true, expected it to equal false"],
  [{ path: "$.missing", equals: "ok" }, 'is missing, expected it to equal "ok"'],
  [{ path: "$.parts", equals: "ok" }, 'is a list of 2, expected it to equal "ok"'],
  [{ path: "$.parts[0]", equals: "ok" }, 'is an object, expected it to equal "ok"'],
  [{ path: "$.status", notEquals: "bad" }, null],
  [{ path: "$.status", notEquals: "ok" }, 'is "ok", expected it to not equal "ok"'],
  [{ path: "$.missing", notEquals: "bad" }, 'is missing, expected it to not equal "bad"'],
  [{ path: "$.status", matches: "^o" }, null],
  [{ path: "$.load", matches: "^0\\." }, null],
  [{ path: "$.status", matches: "^x" }, 'is "ok", expected it to match "^x"'],
  [{ path: "$.parts", matches: "." }, 'is a list of 2, expected it to match "."'],
  [{ path: "$.load", lessThan: 1 }, null],
  [{ path: "$.load", lessThan: 0.5 }, "is 0.5, expected it to be less than 0.5"],
  [{ path: "$.load", greaterThan: 0 }, null],
  [{ path: "$.load", greaterThan: 0.5 }, "is 0.5, expected it to be greater than 0.5"],
  [{ path: "$.status", lessThan: 9 }, 'is "ok", expected it to be less than 9'],
  [{ path: "$.load", greaterThan: 0, lessThan: 0.4 }, "is 0.5, expected it to be less than 0.4"],
  [{ path: "$.status", exists: true }, null],
  [{ path: "$.empty", exists: true }, null],
  [{ path: "$.missing", exists: true }, "is missing, expected it to be present"],
  [{ path: "$.missing", exists: false }, null],
  [{ path: "$.status", exists: false }, 'is "ok", expected it to be absent'],
  [{ path: "$.parts[*].ms", lessThan: 50 }, null],
  [{ path: "$.parts[*].ms", lessThan: 10 }, "is 30, expected it to be less than 10"],
  [{ path: "$.parts[?@.name == 'db'].ms", equals: 3 }, null],
  [{ path: "$..name", matches: "^(db|cache)$" }, null],
  [{ path: "$.parts[-1].name", equals: "cache" }, null],
];

for (const [expected, failure] of CASES) {
  const { path, ...conditions } = expected;
  Deno.test(`expectJson() gives ${failure}, when ${path} must be ${JSON.stringify(conditions)}`, () => {
    deepStrictEqual(
      failuresOf(expected),
      failure === null ? [] : [`${path} ${failure}`],
    );
  });
}

/** Numbers as a body has them. */
const WRITTEN: [
  written: string,
  conditions: Omit<JsonExpectation, "path">,
  failure: string | null,
][] = [
  ["1.0", { equals: 1 }, null],
  ["1e0", { equals: 1 }, null],
  ["1.10", { matches: "^1\\.10$" }, null],
  ["1.10", { matches: "^1\\.1$" }, 'is 1.10, expected it to match "^1\\.1$"'],
  ["-0", { matches: "^-0$" }, null],
  ["1.50", { equals: 1 }, "is 1.50, expected it to equal 1"],
  ["9007199254740993", { equals: 9007199254740993n }, null],
  ["9007199254740993.0", { equals: 9007199254740993n }, null],
  [
    "9007199254740993",
    { equals: 9007199254740992n },
    "is 9007199254740993, expected it to equal 9007199254740992",
  ],
  ["9007199254740993", { notEquals: 9007199254740992n }, null],
  ["9007199254740993", { greaterThan: 9007199254740992n }, null],
  ["-9007199254740993", { lessThan: -9007199254740992n }, null],
  ["9007199254740992", { lessThan: 9007199254740993n }, null],
  ["1e20", { equals: 100000000000000000000n }, null],
  ["1e400", { greaterThan: 1 }, null],
  ["1e400", { lessThan: 1 }, "is 1e400, expected it to be less than 1"],
  ["1e-400", { equals: 0 }, null],
  ["0.1", { equals: 0.1 }, null],
];

for (const [written, conditions, failure] of WRITTEN) {
  Deno.test(`expectJson() gives ${failure}, when ${written} must be ${show(conditions)}`, () => {
    // Digits in a string, and a string that ends in a backslash, are no numbers.
    const text = `{"1.0":"\\"1.0,","a\\\\":[[{"b":${written}}]]}`;
    const path = "$..b";
    const found = expectJson([{ path, ...conditions }], { text, isTruncated: false }, engines);
    deepStrictEqual(found.map((one) => one.text), failure === null ? [] : [`${path} ${failure}`]);
  });
}

function show(conditions: object): string {
  return JSON.stringify(conditions, (_, value) => typeof value === "bigint" ? `${value}n` : value);
}

Deno.test("expectJson() finds how a number was written, wherever it is", () => {
  const place = fc.tuple(
    fc.jsonValue(),
    fc.array(fc.oneof(fc.string(), fc.nat(3)), { maxLength: 4 }),
  );
  fc.assert(fc.property(place, ([beside, steps]) => {
    const written = JSON.stringify(
      steps.reduceRight<unknown>(
        (inner, step) =>
          typeof step === "number"
            ? [...Array(step).fill(beside), inner]
            : { a: beside, [step]: inner },
        "NUMBER",
      ),
    ).replace('"NUMBER"', "12345678901234567890");
    const path = `$${steps.map((step) => `[${JSON.stringify(step)}]`).join("")}`;
    const expected = [{ path, equals: 12345678901234567890n }];
    deepStrictEqual(expectJson(expected, { text: written, isTruncated: false }, engines), []);
  }));
});

Deno.test("expectJson() cannot read a number, when the document is too complex", () => {
  const text = `["${'\\"'.repeat(16 << 20)}",12345678901234567890]`;
  const expected = [{ path: "$[1]", equals: 1 }];
  const [failure] = expectJson(expected, { text, isTruncated: false }, engines);
  deepStrictEqual(failure?.text, "$[1] cannot be read: the document is too complex");
});

Deno.test("expectJson() tells once that a body is no JSON, and nothing of what it holds", () => {
  const expected = [{ path: "$.a", exists: true }, { path: "$.b", exists: true }];
  for (const text of ["<html>", "{'a': 1}", '{"a":1', ""]) {
    const failures = expectJson(expected, { text, isTruncated: false }, engines);
    const found = text === "" ? "body is empty, expected JSON" : "body is not JSON";
    deepStrictEqual(failures, [{ reason: "json", text: found }]);
  }
});

Deno.test("expectJson() survives a document that is nested half a million times", () => {
  const text = `${"[".repeat(500_000)}${"]".repeat(500_000)}`;
  const expected = [{ path: "$..a", exists: true }, { path: "$[0]", equals: 1 }];
  const failures = expectJson(expected, { text, isTruncated: false }, engines);
  deepStrictEqual(failures.map((failure) => failure.text), [
    "$..a cannot be read: the document is nested too deeply",
    "$[0] is a list of 1, expected it to equal 1",
  ]);
});

Deno.test("expectJson() agrees with itself, whatever the document holds", () => {
  fc.assert(fc.property(fc.jsonValue(), (document) => {
    const isThere = failuresOf({ path: "$.a", exists: true }, document).length === 0;
    const isAbsent = failuresOf({ path: "$.a", exists: false }, document).length === 0;
    ok(isThere !== isAbsent);
    if (document === null || typeof document === "object") return;
    deepStrictEqual(failuresOf({ path: "$", equals: document }, document), []);
  }));
});
