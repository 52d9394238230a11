import { strictEqual } from "node:assert/strict";
import fc, { runs } from "../support/random_runs.ts";
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
import { arbitraryReport } from "./arbitrary_report.ts";
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
  [{ next_check_ms: 0 }, "next_check_ms is 0; expected 1 to 691200000"],
  [{ next_check_ms: 691_200_001 }, "next_check_ms is 691200001; expected 1 to 691200000"],
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

const text = (length: number) => "t".repeat(length);
const number = (value: number) => value;

/** Of a field: a value of this size, and the largest size. */
const BOUNDS: readonly [field: string, value: (size: number) => unknown, sizeMax: number][] = [
  ["url", text, URL_LENGTH_MAX],
  ["site", text, SITE_LENGTH_MAX],
  ["error_text", text, ERROR_TEXT_LENGTH_MAX],
  ["snippet", text, SNIPPET_LENGTH_MAX],
  ["http_version", text, WORD_LENGTH_MAX],
  ["failures", (count) => Array(count).fill("f"), FAILURES_MAX],
  ["failures", (length) => [text(length)], FAILURE_LENGTH_MAX],
  ["hops", (count) => Array(count).fill(hop), HOPS_MAX],
  [
    "labels",
    (count) => Object.fromEntries(Array.from({ length: count }, (_, n) => [n, ""])),
    LABELS_MAX,
  ],
  ["response_time", number, RESPONSE_TIME_MAX],
  ["attempts", number, ATTEMPTS_MAX],
  ["recorded_at", number, TIME_MAX],
  ["checked_at", (size) => -size, -TIME_MIN],
];

for (const [field, value, sizeMax] of BOUNDS) {
  Deno.test(`invalidity() allows ${field} up to ${sizeMax}, and no further`, () => {
    strictEqual(invalidity(aReport({ [field]: value(sizeMax) })), undefined);
    const fault = invalidity(aReport({ [field]: value(sizeMax + 1) }));
    strictEqual(fault?.startsWith(`invalid report: ${field}`), true);
  });
}

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
    runs(2_000),
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
