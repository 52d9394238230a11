// tests/integration/traces_test.ts sees such spans with a collector.
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ingestTracer } from "../../../src/status/ingest/ingest_tracer.ts";
import { readMessage } from "../../../src/status/ingest/read_message.ts";
import { RecordingTracer } from "../../support/recording_telemetry.ts";
import { aMessage } from "./ingest_fixture.ts";

const RECORDED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

function begin(traceparents: (string | undefined)[]) {
  const tracer = new RecordingTracer();
  const entries = traceparents.map((traceparent, offset) => {
    const message = aMessage(offset, traceparent === undefined ? {} : { traceparent });
    return readMessage(message, { clusterId: "c", nowMicros: Date.now() * 1_000 });
  });
  const trace = ingestTracer({ tracer, destination: "sitemon" })(entries);
  return { tracer, trace };
}

Deno.test("ingestTracer() makes a span of the chunk, and one in each trace that it tells of", () => {
  const { tracer, trace } = begin([RECORDED, undefined]);
  trace.end();
  const [chunk, message, ...others] = tracer.spans;
  deepStrictEqual([chunk!.name, chunk!.links, chunk!.ends], ["ingest", [RECORDED], 1]);
  strictEqual(chunk!.attributes["messaging.batch.message_count"], 2);
  deepStrictEqual(
    [message!.name, message!.parent, message!.links, message!.ends],
    ["process sitemon", RECORDED, [chunk!.traceparent], 1],
  );
  deepStrictEqual(others, []);
});

Deno.test("ingestTracer() believes no header that names no recorded span", () => {
  const unrecorded = RECORDED.replace(/01$/, "00");
  const { tracer, trace } = begin(["x".repeat(100_000), "", unrecorded]);
  trace.end();
  deepStrictEqual(tracer.spans.map(({ name, links }) => [name, links]), [["ingest", []]]);
});

Deno.test("ingestTracer() fails all spans of a chunk that was not applied", () => {
  const { tracer, trace } = begin([RECORDED]);
  trace.fail(new RangeError("no"));
  deepStrictEqual(
    tracer.spans.map(({ failure, ends }) => [failure, ends]),
    [[["RangeError", "no"], 1], [["RangeError", "no"], 1]],
  );
});
