import { deepStrictEqual } from "node:assert/strict";
import type { StatusRange } from "../../src/config/site.ts";
import type { Reason } from "../../src/report/outcome.ts";
import { FAILURE_LENGTH_MAX } from "../../src/report/report.ts";
import { assess } from "../../src/scanner/assess.ts";
import { compilePattern } from "../../src/scanner/pattern.ts";

const is = (first: number, last = first): StatusRange => ({ first, last, negated: false });
const not = (first: number, last = first): StatusRange => ({ first, last, negated: true });

const STATUSES: [status: number, ranges: StatusRange[] | undefined, isUp: boolean][] = [
  [200, undefined, true],
  [399, undefined, true],
  [400, undefined, false],
  [503, undefined, false],
  [200, [is(200, 299)], true],
  [299, [is(200, 299)], true],
  [300, [is(200, 299)], false],
  [404, [is(200), is(404)], true],
  [401, [is(200), is(404)], false],
  [500, [not(404)], true],
  [404, [not(404)], false],
  [204, [is(200, 299), not(204)], false],
  [200, [is(200, 299), not(204)], true],
  [500, [is(200, 299), not(204)], false],
];

for (const [status, ranges, isUp] of STATUSES) {
  const expected = ranges === undefined ? "nothing" : JSON.stringify(ranges);
  Deno.test(`assess() is ${isUp ? "up" : "down"}, when ${status} meets ${expected}`, () => {
    const expectations = ranges === undefined ? {} : { status: ranges };
    const { outcome, reason } = assess({ status, body: "", isTruncated: false }, expectations);
    deepStrictEqual([outcome, reason], isUp ? ["up", null] : ["down", "status"]);
  });
}

const BODIES: [body: string, isTruncated: boolean, match: boolean, reason: Reason | null][] = [
  ["a needle", false, true, null],
  ["a needle", true, true, null],
  ["hay", false, false, "body"],
  ["hay", true, false, "body_too_large"],
];

for (const [body, isTruncated, patternMatch, reason] of BODIES) {
  Deno.test(`assess() gives ${reason}, when "${body}" is searched, cut: ${isTruncated}`, () => {
    const pattern = { source: "needle", compiled: compilePattern("needle") };
    const assessment = assess({ status: 200, body, isTruncated }, { pattern });
    deepStrictEqual([assessment.patternMatch, assessment.reason], [patternMatch, reason]);
  });
}

Deno.test("assess() tells every failure, and the first one's reason, when several expectations fail", () => {
  const pattern = { source: "needle", compiled: compilePattern("needle") };
  const answer = { status: 500, body: "hay", isTruncated: false };
  deepStrictEqual(assess(answer, { pattern, status: [is(200, 299), not(204)] }), {
    outcome: "down",
    reason: "status",
    failures: [
      "The status must be 200-299, not 204: it is 500",
      'The body must match "needle": it does not',
    ],
    patternMatch: false,
  });
});

Deno.test("assess() bounds its texts, when the pattern is long", () => {
  const source = "x".repeat(400);
  const pattern = { source, compiled: compilePattern(source) };
  const { failures } = assess({ status: 200, body: "", isTruncated: false }, { pattern });
  deepStrictEqual(failures[0]!.length, FAILURE_LENGTH_MAX);
});
