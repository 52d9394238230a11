import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import {
  formatTraceparent,
  parseTraceparent,
  unrecordedTraceparent,
} from "../../../src/runtime/telemetry/traceparent.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

Deno.test("parseTraceparent() reads what formatTraceparent() writes", () => {
  for (const traceFlags of [0, 1]) {
    const context = { traceId: TRACE, spanId: SPAN, traceFlags };
    strictEqual(formatTraceparent(context), `00-${TRACE}-${SPAN}-0${traceFlags}`);
    deepStrictEqual(parseTraceparent(formatTraceparent(context)), context);
  }
  // Whatever other flags are set.
  strictEqual(parseTraceparent(`00-${TRACE}-${SPAN}-ff`)?.traceFlags, 1);
  strictEqual(parseTraceparent(`00-${TRACE}-${SPAN}-fe`)?.traceFlags, 0);
});

const NONE = [
  "",
  "mine",
  `00-${"0".repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${"0".repeat(16)}-01`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-1`,
  `00-${TRACE}-${SPAN}-01-more`,
  `00-${TRACE}-${SPAN}-01\n`,
  `ff-${TRACE}-${SPAN}-01`,
];

Deno.test("parseTraceparent() knows nothing of what is not valid", () => {
  deepStrictEqual(NONE.filter((text) => parseTraceparent(text) !== undefined), []);
});

Deno.test("unrecordedTraceparent() names another span each time, which nobody records", () => {
  const [first, second] = [unrecordedTraceparent(), unrecordedTraceparent()];
  strictEqual(parseTraceparent(first)?.traceFlags, 0);
  notStrictEqual(parseTraceparent(first)?.traceId, parseTraceparent(second)?.traceId);
});
