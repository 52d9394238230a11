// What is exported tests/integration/traces_test.ts sees with a collector; here nothing is.
import { strictEqual } from "node:assert/strict";
import { isExporting, openTracer } from "../../../src/runtime/telemetry/tracer.ts";
import { parseTraceparent } from "../../../src/runtime/telemetry/traceparent.ts";

Deno.test("openTracer() makes spans that come to nothing, where nothing is exported", async () => {
  strictEqual(isExporting(), false);
  strictEqual(await openTracer(false), undefined);
  const tracer = await openTracer(true);
  const span = tracer!.start("check", { attributes: { a: 1, b: null } });
  span.set({ c: true });
  span.fail("timeout", "it took too long");
  span.end();
  strictEqual(parseTraceparent(span.traceparent), undefined);
});
