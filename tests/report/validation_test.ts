import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { decodeMessage, encodeReport } from "../../src/report/codec.ts";
import {
  ERROR_TEXT_LENGTH_MAX,
  FAILURE_LENGTH_MAX,
  FAILURES_MAX,
  type Gap,
  HOPS_MAX,
  SITE_LENGTH_MAX,
  type SiteReport,
  SNIPPET_LENGTH_MAX,
  URL_LENGTH_MAX,
} from "../../src/report/report.ts";
import {
  ATTEMPTS_MAX,
  gapInvalidity,
  invalidity,
  LABELS_MAX,
  RESPONSE_TIME_MAX,
  TIME_MAX,
  TIME_MIN,
  WORD_LENGTH_MAX,
} from "../../src/report/validation.ts";
import { arbitraryGap, arbitraryReport } from "./arbitrary_report.ts";
import { GOLDEN } from "./golden.ts";

/** The golden report with fields of any value, as a foreign writer could send them. */
function aReport(fields: Record<string, unknown>): SiteReport {
  return { ...GOLDEN.report, ...fields } as SiteReport;
}

const hop = GOLDEN.report.hops[0]!;
const noTimings = { dns: null, connect: null, tls: null, first_byte: null, transfer: null };

const INVALID: readonly [fields: Record<string, unknown>, message: string][] = [
  [{ url: "" }, "url must have 1 to 2048 characters: it has 0"],
  [{ url: "u".repeat(300_000) }, "url must have 1 to 2048 characters: it has 300000"],
  [{ url: "http://h/\0" }, "url must not hold NUL: it does at 9"],
  [{ site: "\ud800" }, "site must be Unicode text: it has half a character"],
  [{ site: "" }, "site must have 1 to 200 characters: it has 0"],
  [{ location: "" }, "location must have 1 to 200 characters: it has 0"],
  [{ response_time: -1 }, "response_time must lie between 0 and 86400000: -1"],
  [{ response_time: NaN }, "response_time must lie between 0 and 86400000: NaN"],
  [{ response_code: 0 }, "response_code must lie between 100 and 999: 0"],
  [{ pattern: "a\0" }, "pattern must not hold NUL: it does at 1"],
  [{ error_text: "\0" }, "error_text must not hold NUL: it does at 0"],
  [{ outcome: "UP" }, 'outcome must be a known word: "UP"'],
  [{ reason: "bad luck" }, 'reason must be a known word: "bad luck"'],
  [{ outcome: "up" }, 'reason must be null when its outcome is "up": "status"'],
  [{ attempts: 0 }, "attempts must lie between 1 and 1000: 0"],
  [{ timings: { ...noTimings, tls: -1 } }, "timings .tls must not be negative: -1"],
  [{ hops: [hop, { ...hop, url: "" }] }, "hops [1] url must have 1 to 2048 characters: it has 0"],
  [{ hops: [{ ...hop, status: 99 }] }, "hops [0] status must lie between 100 and 999: 99"],
  [{ remote_address: "" }, "remote_address must have 1 to 256 characters: it has 0"],
  [{ body_bytes: -1 }, "body_bytes must lie between 0 and 9007199254740991: -1"],
  [{ failures: ["a", "\0"] }, "failures [1] must not hold NUL: it does at 0"],
  [{ interval_ms: 0 }, "interval_ms must lie between 1 and Infinity: 0"],
  [{ labels: { team: "\0" } }, 'labels "team" must not hold NUL: it does at 0'],
  [{ producer_id: "" }, 'producer_id must be a uuid: ""'],
  [{ producer_id: "'; DROP TABLE" }, 'producer_id must be a uuid: "\'; DROP TABLE"'],
  [{ sequence: 0 }, "sequence must lie between 1 and 9007199254740991: 0"],
  [{ checked_at: 0 }, "checked_at must lie between 946684800000000 and 4102444800000000: 0"],
];

for (const [fields, message] of INVALID) {
  Deno.test(`invalidity() says that ${message.slice(0, 70)}`, () => {
    strictEqual(invalidity(aReport(fields)), `Cannot apply report as ${message}`);
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
    strictEqual(invalidity(aReport(over))?.startsWith("Cannot apply report as "), true);
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

const INVALID_GAPS: readonly [fields: Partial<Gap>, message: string][] = [
  [{ producer_id: "p" }, 'producer_id must be a uuid: "p"'],
  [{ first: 0 }, "first must lie between 1 and 9007199254740991: 0"],
  [{ count: 4 }, "count must be last - first + 1: 10 to 14, count 4"],
  [{ last: 9, count: 0 }, "count must lie between 1 and 9007199254740991: 0"],
  [{ reason: "" }, "reason must have 1 to 256 characters: it has 0"],
];

for (const [fields, message] of INVALID_GAPS) {
  Deno.test(`gapInvalidity() says that ${message}`, () => {
    strictEqual(gapInvalidity({ ...GOLDEN.gap, ...fields }), `Cannot apply gap as ${message}`);
  });
}

Deno.test("gapInvalidity() finds nothing, when a gap keeps the contract", () => {
  fc.assert(fc.property(arbitraryGap, (gap) => gapInvalidity(gap) === undefined));
});
