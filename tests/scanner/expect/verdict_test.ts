import { deepStrictEqual, ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { BodyExpectation, Limits, SiteExpect, StatusRange } from "../../../src/config/site.ts";
import type { Reason } from "../../../src/report/outcome.ts";
import { FAILURE_LENGTH_MAX, FAILURES_MAX } from "../../../src/report/bounds.ts";
import { assess } from "../../../src/scanner/expect/verdict.ts";
import { anAnswer, assessed, engines, NOW } from "../answers.ts";

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
    const expect = ranges === undefined ? {} : { status: ranges };
    const { outcome, reason } = assessed(expect, anAnswer({ status }));
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
    const answer = anAnswer({ body, isTruncated });
    const assessment = assess(answer, { pattern: "needle" }, engines);
    deepStrictEqual([assessment.pattern_match, assessment.reason], [patternMatch, reason]);
  });
}

const body = (changes: Partial<BodyExpectation>): SiteExpect => ({
  body: { contains: [], notContains: [], matches: [], notMatches: [], ...changes },
});

/** Of a body that was read whole, and of the same bytes when more would have followed. */
const SEARCHES: [
  what: string,
  expect: SiteExpect,
  text: string,
  whole: Reason | null,
  cut: Reason | null,
][] = [
  ["contains what is there", body({ contains: ["ok"] }), "it is ok", null, null],
  ["contains what is not there", body({ contains: ["ok"] }), "no", "body", "body_too_large"],
  ["contains two, one of them", body({ contains: ["a", "b"] }), "a", "body", "body_too_large"],
  ["not_contains what is there", body({ notContains: ["bad"] }), "bad", "body", "body"],
  ["not_contains what is not", body({ notContains: ["bad"] }), "ok", null, "body_too_large"],
  ["matches what is there", body({ matches: ["o."] }), "ok", null, null],
  ["matches what is not there", body({ matches: ["o."] }), "no", "body", "body_too_large"],
  ["matches at the end", body({ matches: ["ok$"] }), "it is ok", null, "body_too_large"],
  ["matches at the end by \\z", body({ matches: ["ok\\z"] }), "ok", null, "body_too_large"],
  ["not_matches what is there", body({ notMatches: ["b.d"] }), "bad", "body", "body"],
  ["not_matches what is not", body({ notMatches: ["b.d"] }), "ok", null, "body_too_large"],
  ["not_matches at the end", body({ notMatches: ["d$"] }), "bad", "body", "body_too_large"],
  ["json", { json: [{ path: "$.a", equals: 1 }] }, '{"a":1}', null, "body_too_large"],
  ["size", { size: { bytesMin: 1, bytesMax: 2 } }, "ab", null, "body_too_large"],
  ["status alone", { status: [is(200)] }, "anything", null, null],
];

for (const [what, expect, text, whole, cut] of SEARCHES) {
  Deno.test(`assess() gives ${whole} for ${what}, and ${cut} when the body is cut`, () => {
    const of = (isTruncated: boolean) => assessed(expect, anAnswer({ body: text, isTruncated }));
    deepStrictEqual([of(false).reason, of(true).reason], [whole, cut]);
  });
}

/** Of a body with a byte that is not of its charset, and of one whose coding is not known. */
const UNDECODED: [
  what: string,
  expect: SiteExpect,
  invalid: Reason | null,
  unknown: Reason | null,
][] = [
  ["contains what is there", body({ contains: ["ok"] }), null, null],
  ["contains what may be there", body({ contains: ["café"] }), "body", "body"],
  ["not_contains what is there", body({ notContains: ["ok"] }), "body", "body"],
  ["not_contains what may be there", body({ notContains: ["café"] }), "body", "body"],
  ["not_contains what is not", body({ notContains: ["bad"] }), "body", "body"],
  ["matches what is there", body({ matches: ["o."] }), null, null],
  ["not_matches what is not", body({ notMatches: ["b.d"] }), "body", "body"],
  ["json", { json: [{ path: "$.a", exists: false }] }, "json", "json"],
  ["size", { size: { bytesMin: 1 } }, null, "size"],
  ["status alone", { status: [is(200)] }, null, null],
];

for (const [what, expect, invalid, unknown] of UNDECODED) {
  Deno.test(`assess() gives ${invalid} for ${what} in invalid text, and ${unknown} in an unknown coding`, () => {
    const answer = { ...anAnswer(), body: Buffer.from('{"ok":"caf\xe9"}', "latin1") };
    const unknownCoding = { ...anAnswer({ body: '{"ok":1}' }), unknownCoding: "zstd" };
    deepStrictEqual(assessed(expect, answer).reason, invalid);
    deepStrictEqual(assessed(expect, unknownCoding).reason, unknown);
  });
}

const certificate = (expiresAt: number | null, seenAt: number | null = NOW) => ({
  isSecure: true,
  certificate: { expiresAt, issuer: null, seenAt },
});
const expiringIn = (days: number) => certificate(NOW + days * 86_400_000_000);

const slow = (down?: number, degraded?: number): SiteExpect => ({
  responseTimeMs: { ...(down && { down }), ...(degraded && { degraded }) },
});
const days = (limits: Limits): SiteExpect => ({ certificateDays: limits });
const SOON = "certificate_soon";

const FIGURES: [what: string, expect: SiteExpect, answer: object, verdict: string][] = [
  ["a time at the limit", slow(10), { responseTimeMs: 10 }, "up null"],
  ["a time over it", slow(10), { responseTimeMs: 11 }, "down slow"],
  ["a time between two limits", slow(10, 5), { responseTimeMs: 6 }, "degraded slow"],
  ["a time over both", slow(10, 5), { responseTimeMs: 11 }, "down slow"],
  ["enough days", days({ degraded: 14 }), expiringIn(14), "up null"],
  ["too few days", days({ degraded: 14 }), expiringIn(13.9), `degraded ${SOON}`],
  ["far too few days", days({ degraded: 14, down: 3 }), expiringIn(2), `down ${SOON}`],
  ["an expired certificate, accepted", days({ down: 0 }), expiringIn(-1), `down ${SOON}`],
  ["a certificate without dates", days({ down: 3 }), certificate(null), `degraded ${SOON}`],
  ["a certificate that was not read", days({ down: 3 }), certificate(null, null), "up null"],
  ["no certificate at all", days({ down: 3 }), {}, "up null"],
  ["enough bytes", { size: { bytesMin: 2, bytesMax: 2 } }, { body: "ab" }, "up null"],
  ["too few bytes", { size: { bytesMin: 3 } }, { body: "ab" }, "down size"],
  ["too many bytes", { size: { bytesMax: 1 } }, { body: "ab" }, "down size"],
  ["bytes, not characters", { size: { bytesMax: 1 } }, { body: "é" }, "down size"],
];

for (const [what, expect, changes, verdict] of FIGURES) {
  Deno.test(`assess() gives ${verdict}, when there are ${what}`, () => {
    const { outcome, reason } = assessed(expect, anAnswer(changes));
    deepStrictEqual(`${outcome} ${reason}`, verdict);
  });
}

Deno.test("assess() tells every failure, and the first one's reason, when several expectations fail", () => {
  const answer = anAnswer({ status: 500, body: "hay", responseTimeMs: 700 });
  const expect: SiteExpect = {
    status: [is(200, 299), not(204)],
    header: [{ name: "ETag", exists: true }],
    ...body({ contains: ["straw"] }),
    json: [{ path: "$.status", equals: "ok" }],
    size: { bytesMin: 10 },
    responseTimeMs: { down: 500 },
    certificateDays: { degraded: 30 },
  };
  deepStrictEqual(
    assess({ ...answer, ...expiringIn(5.5) }, { pattern: "needle", expect }, engines),
    {
      outcome: "down",
      reason: "status",
      error_text: "unexpected status 500, expected 200-299, not 204",
      failures: [
        "unexpected status 500, expected 200-299, not 204",
        "header ETag is missing, expected it to be present",
        'body does not match "needle"',
        'body does not contain "straw"',
        "body is not JSON",
        "body has 3 bytes, expected at least 10",
        "check took 700 ms, expected at most 500 ms",
        "certificate expires on 2026-11-28, in 5 days, expected at least 30 days",
      ],
      pattern_match: false,
    },
  );
});

Deno.test("assess() puts what makes a site down before what degrades it", () => {
  const expect: SiteExpect = {
    responseTimeMs: { degraded: 1 },
    certificateDays: { degraded: 30, down: 14 },
  };
  const { outcome, reason, failures } = assessed(expect, anAnswer(expiringIn(1)));
  deepStrictEqual([outcome, reason, failures.length], ["down", "certificate_soon", 2]);
  ok(failures[1]!.startsWith("check took"));
});

Deno.test("assess() bounds its texts and their number, when much fails", () => {
  const long = "x".repeat(400);
  const contains = Array.from({ length: 20 }, (_, index) => `${index}${long}`);
  const { failures } = assessed(body({ contains }), anAnswer({ body: "no" }));
  deepStrictEqual(failures.length, FAILURES_MAX);
  deepStrictEqual(failures.map(({ length }) => length), failures.map(() => FAILURE_LENGTH_MAX));
});

Deno.test("assess() hides secrets, also one that its texts would cut", () => {
  const secret = "s3cret".repeat(100);
  const redact = (text: string) => text.replaceAll(secret, "***");
  const answer = anAnswer({
    body: JSON.stringify({ a: `${"x".repeat(70)}${secret}` }),
    headers: new Map([["etag", `${"y".repeat(70)}${secret}`]]),
  });
  const expect: SiteExpect = {
    header: [{ name: "etag", equals: "z" }],
    ...body({ contains: [`${"z".repeat(200)}${secret}`] }),
    json: [{ path: "$.a", equals: "z" }],
  };
  const { failures } = assess(answer, { expect }, { ...engines, redact });
  deepStrictEqual(failures.length, 3);
  ok(!failures.join().includes("s3c"));
});
