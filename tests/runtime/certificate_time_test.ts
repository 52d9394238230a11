import { strictEqual } from "node:assert/strict";
import { certificateTimeMs } from "../../src/runtime/certificate_time.ts";

const TIMES: [shown: string, ms: number | undefined][] = [
  ["Dec 31 23:59:59 9999 GMT", Date.UTC(9999, 11, 31, 23, 59, 59)],
  ["Jan  2 00:00:00 0 GMT", Date.parse("0000-01-02T00:00:00Z")],
  ["Jan  1 00:00:00 49 GMT", Date.parse("0049-01-01T00:00:00Z")],
  ["Feb 29 12:00:00 2024 GMT", Date.UTC(2024, 1, 29, 12)],
  ["Jan  1 00:00:00 1970 GMT", 0],
  ["Jan 99 00:00:00 2024 GMT", undefined],
  ["Jan  1 00:00:00 10000 GMT", undefined],
  ["Bad time value", undefined],
  ["", undefined],
];

for (const [shown, ms] of TIMES) {
  Deno.test(`certificateTimeMs() gives ${ms}, when a certificate says "${shown}"`, () => {
    strictEqual(certificateTimeMs(shown), ms);
  });
}
