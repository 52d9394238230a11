import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { decodeMessage, encodeReport } from "../../src/report/codec.ts";
import {
  ATTEMPTS_MAX,
  ERROR_TEXT_LENGTH_MAX,
  FAILURE_LENGTH_MAX,
  FAILURES_MAX,
  HOPS_MAX,
  LABELS_MAX,
  RESPONSE_TIME_MAX,
  SITE_LENGTH_MAX,
  SNIPPET_LENGTH_MAX,
  TIME_MAX,
  TIME_MIN,
  URL_LENGTH_MAX,
  WORD_LENGTH_MAX,
} from "../../src/report/bounds.ts";
import type { Gap, SiteReport } from "../../src/report/report.ts";
import { gapInvalidity, invalidity } from "../../src/report/validation.ts";
import { arbitraryGap, arbitraryReport } from "./arbitrary_report.ts";
import { GOLDEN } from "./golden.ts";

/** The golden report with fields of any value, as a foreign writer could send them. */
function aReport(fields: Record<string, unknown>): SiteReport {
  return { ...GOLDEN.report, ...fields } as SiteReport;
}

const hop = GOLDEN.report.hops[0]!;
const noTimings = { dns: null, connect: null, tls: null, first_byte: null, transfer: null };

const INVALID: readonly [fields: Record<string, unknown>, fault: string][] = [
  [{ url: "" }, "url has 0 characters; expected 1 to 2048"],
  [{ url: "u".repeat(300_000) }, "url has 300000 characters; expected 1 to 2048"],
  [{ url: "http://h/\0" }, "url has a NUL character at index 9"],
  [{ site: "\ud800" }, "site is not valid Unicode: it has a lone surrogate"],
  [{ site: "" }, "site has 0 characters; expected 1 to 200"],
  [{ location: "" }, "location has 0 characters; expected 1 to 200"],
  [{ response_time: -1 }, "response_time is -1; expected 0 to 86400000"],
  [{ response_time: NaN }, "response_time is NaN; expected 0 to 86400000"],
  [{ response_code: 0 }, "response_code is 0; expected 100 to 999"],
  [{ pattern: "a\0" }, "pattern has a NUL character at index 1"],
  [{ error_text: "\0" }, "error_text has a NUL character at index 0"],
  [{ outcome: "UP" }, 'outcome has an unknown value "UP"'],
  [{ reason: "bad luck" }, 'reason has an unknown value "bad luck"'],
  [{ outcome: "up" }, 'reason is "status"; expected null when the outcome is "up"'],
  [{ attempts: 0 }, "attempts is 0; expected 1 to 1000"],
  [{ timings: { ...noTimings, tls: -1 } }, "timings.tls is -1; expected at least 0"],
  [{ hops: [hop, { ...hop, url: "" }] }, "hops[1].url has 0 characters; expected 1 to 2048"],
  [{ hops: [{ ...hop, status: 99 }] }, "hops[0].status is 99; expected 100 to 999"],
  [{ remote_address: "" }, "remote_address has 0 characters; expected 1 to 256"],
  [{ body_bytes: -1 }, "body_bytes is -1; expected 0 to 9007199254740991"],
  [{ failures: ["a", "\0"] }, "failures[1] has a NUL character at index 0"],
  [{ interval_ms: 0 }, "interval_ms is 0; expected at least 1"],
  [{ labels: { team: "\0" } }, 'labels["team"] has a NUL character at index 0'],
  [{ producer_id: "" }, 'producer_id is not a UUID: ""'],
  [{ producer_id: "'; DROP TABLE" }, 'producer_id is not a UUID: "\'; DROP TABLE"'],
  [{ sequence: 0 }, "sequence is 0; expected 1 to 9007199254740991"],
  [{ checked_at: 0 }, "checked_at is 0; expected 946684800000000 to 4102444800000000"],
];

for (const [fields, fault] of INVALID) {
  Deno.test(`invalidity() says that ${fault.slice(0, 70)}`, () => {
    strictEqual(invalidity(aReport(fields)), `invalid report: ${fault}`);
  });
}

const BOUNDS: readonly [
  what: string,
  last: Record<string, unknown>,
  over: Record<string, unknown>,
][] = [
  ["url", { url: "u".repeat(URL_LENGTH_MAX) }, { url: "u".repeat(URL_LENGTH_MAX + 1) }],
  ["site", { site: "s".repeat(SITE_LENGTH_MAX) }, { site: "s".repeat(SITE_LENGTH_MAX + 1) }],
  [
    "error_text",
    { error_text: "e".repeat(ERROR_TEXT_LENGTH_MAX) },
    { error_text: "e".repeat(ERROR_TEXT_LENGTH_MAX + 1) },
  ],
  [
    "snippet",
    { snippet: "s".repeat(SNIPPET_LENGTH_MAX) },
    { snippet: "s".repeat(SNIPPET_LENGTH_MAX + 1) },
  ],
  [
    "failures",
    { failures: Array(FAILURES_MAX).fill("f".repeat(FAILURE_LENGTH_MAX)) },
    { failures: Array(FAILURES_MAX + 1).fill("f") },
  ],
  [
    "a failure",
    { failures: ["f".repeat(FAILURE_LENGTH_MAX)] },
    { failures: ["f".repeat(FAILURE_LENGTH_MAX + 1)] },
  ],
  ["hops", { hops: Array(HOPS_MAX).fill(hop) }, { hops: Array(HOPS_MAX + 1).fill(hop) }],
  [
    "response_time",
    { response_time: RESPONSE_TIME_MAX },
    { response_time: RESPONSE_TIME_MAX + 1 },
  ],
  ["recorded_at", { recorded_at: TIME_MAX }, { recorded_at: TIME_MAX + 1 }],
  ["checked_at", { checked_at: TIME_MIN }, { checked_at: TIME_MIN - 1 }],
  ["attempts", { attempts: ATTEMPTS_MAX }, { attempts: ATTEMPTS_MAX + 1 }],
  [
    "http_version",
    { http_version: "1".repeat(WORD_LENGTH_MAX) },
    { http_version: "1".repeat(WORD_LENGTH_MAX + 1) },
  ],
  ["labels", { labels: labelsOf(LABELS_MAX) }, { labels: labelsOf(LABELS_MAX + 1) }],
];

function labelsOf(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`label${index}`, ""]));
}

for (const [what, last, over] of BOUNDS) {
  Deno.test(`invalidity() allows ${what} up to its bound, and no further`, () => {
    strictEqual(invalidity(aReport(last)), undefined);
    strictEqual(
      invalidity(aReport(over))?.startsWith(`invalid report: ${Object.keys(over)[0]}`),
      true,
    );
  });
}

Deno.test("invalidity() finds nothing, when a report keeps the contract", () => {
  fc.assert(fc.property(arbitraryReport, (report) => invalidity(report) === undefined));
});

// What it is given comes from the network: it may find fault, but never fail.
Deno.test("invalidity() never throws, when damaged bytes still decode", () => {
  const damage = fc.tuple(fc.integer({ min: 10, max: GOLDEN.reportBytes.length - 1 }), fc.nat(255));
  fc.assert(
    fc.property(arbitraryReport, damage, (report, [at, byte]) => {
      const bytes = encodeReport(report);
      bytes[at % bytes.length] = byte;
      let message;
      try {
        message = decodeMessage(bytes);
      } catch {
        return;
      }
      if (message.kind === "report") invalidity(message.report);
    }),
    { numRuns: 2_000 },
  );
});

const INVALID_GAPS: readonly [fields: Partial<Gap>, fault: string][] = [
  [{ producer_id: "p" }, 'producer_id is not a UUID: "p"'],
  [{ first: 0 }, "first is 0; expected 1 to 9007199254740991"],
  [{ count: 4 }, "count is 4; expected 5 for 10 to 14"],
  [{ last: 9, count: 0 }, "count is 0; expected 1 to 9007199254740991"],
  [{ reason: "" }, "reason has 0 characters; expected 1 to 256"],
];

for (const [fields, fault] of INVALID_GAPS) {
  Deno.test(`gapInvalidity() says that ${fault}`, () => {
    strictEqual(gapInvalidity({ ...GOLDEN.gap, ...fields }), `invalid gap: ${fault}`);
  });
}

Deno.test("gapInvalidity() finds nothing, when a gap keeps the contract", () => {
  fc.assert(fc.property(arbitraryGap, (gap) => gapInvalidity(gap) === undefined));
});
