// tests/integration/traces_test.ts sees the spans of real checks with a collector.
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { CheckTraces } from "../../src/scanner/check_trace.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RecordingTracer } from "../support/recording_telemetry.ts";
import { aSite } from "./sites.ts";
import { aReport } from "../contract/site_reports.ts";

function traces(options: { readonly ratio: number; readonly random?: () => number }) {
  const tracer = new RecordingTracer();
  return {
    tracer,
    traces: new CheckTraces({ tracer, location: "", clock: new FakeClock(), ...options }),
  };
}

const SITE = aSite("http://a/");
const same = (text: string) => text;

Deno.test("CheckTraces traces the share of the checks that it is told", () => {
  const cases = [[0.1, 0, true], [0.1, 0.099, true], [0.1, 0.1, false], [1, 0.999, true]] as const;
  for (const [ratio, drawn, isTraced] of cases) {
    const made = traces({ ratio, random: () => drawn });
    strictEqual(made.traces.begin(SITE, same) !== undefined, isTraced, `${drawn} of ${ratio}`);
    strictEqual(made.tracer.spans.length, isTraced ? 1 : 0);
  }
});

Deno.test("CheckTrace fails with the report's reason, and not where the site is up", () => {
  const { tracer, traces: some } = traces({ ratio: 1 });
  const reports = [
    aReport({ outcome: "up", reason: null }),
    aReport({ outcome: "degraded", reason: "slow", error_text: "it took 2 s" }),
    aReport({ outcome: "inconclusive", reason: "dns", error_text: null }),
  ];
  const told = reports.map((report) => some.begin(SITE, same)!.end(report).traceparent);
  deepStrictEqual(told, tracer.spans.map(({ traceparent }) => traceparent));
  deepStrictEqual(
    tracer.spans.map(({ failure }) => failure),
    [undefined, ["slow", "it took 2 s"], ["dns", ""]],
  );
});

Deno.test("CheckTrace keeps credentials and secrets out of what it exports", () => {
  const { tracer, traces: some } = traces({ ratio: 1 });
  const trace = some.begin(SITE, (text) => text.replaceAll("hunter2", "***"))!;
  const url = new URL("http://me:pass@a/?key=hunter2#x");
  trace.visit({ ...PLAN, url });
  strictEqual(tracer.spans[1]!.attributes["url.full"], "http://a/?key=***");
});

const PLAN = {
  method: "GET",
  headers: {},
  connectTimeoutMs: 1,
  tls: { insecure: false },
  bodyBytesMax: 1,
};
