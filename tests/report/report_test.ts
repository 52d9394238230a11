import { strictEqual } from "node:assert/strict";
import { isAnswered } from "../../src/report/report.ts";

const CASES: [response_code: number | null, body_bytes: number | null, is: boolean][] = [
  [200, 512, true],
  // Of the original service, which kept no size.
  [503, null, true],
  // In a protocol without a status.
  [null, 0, true],
  [null, null, false],
];

for (const [response_code, body_bytes, is] of CASES) {
  Deno.test(`isAnswered() is ${is}, when the status is ${response_code} and the size ${body_bytes}`, () => {
    strictEqual(isAnswered({ response_code, body_bytes }), is);
  });
}
