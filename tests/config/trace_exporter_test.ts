// tests/integration/traces_test.ts starts processes that are refused.
import { match, strictEqual } from "node:assert/strict";
import { exporterMistake, exporterVariables } from "../../src/config/trace_exporter.ts";

const TRACES = { endpoint: "http://collector:4318", ratio: 1 };

function mistake(variables: Record<string, string>, isExporting = true) {
  return exporterMistake(TRACES, { isExporting, env: (name) => variables[name] });
}

Deno.test("exporterMistake() is undefined if the environment matches the configuration", () => {
  strictEqual(mistake(exporterVariables(TRACES)), undefined);
  strictEqual(mistake({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/" }), undefined);
  const own = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://collector:4318/v1/traces" };
  strictEqual(mistake({ ...own, OTEL_EXPORTER_OTLP_ENDPOINT: "http://elsewhere" }), undefined);
});

Deno.test("exporterMistake() is undefined without traces in both", () => {
  strictEqual(exporterMistake(undefined, { isExporting: false, env: () => undefined }), undefined);
});

const ELSEWHERE: [target: string, variables: Record<string, string>][] = [
  ["http://localhost:4318/v1/traces", {}],
  ["http://localhost:4318/v1/traces", { OTEL_EXPORTER_OTLP_ENDPOINT: "" }],
  ["http://elsewhere/v1/traces", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://elsewhere" }],
  // Without the credentials that such a variable may hold.
  ["http://elsewhere/v1", {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://user:hunter2@elsewhere/v1?key=hunter2",
  }],
  ["http://elsewhere/", {
    ...exporterVariables(TRACES),
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://elsewhere/",
  }],
];

for (const [target, variables] of ELSEWHERE) {
  Deno.test(`exporterMistake() refuses ${target} from ${JSON.stringify(variables)}`, () => {
    strictEqual(
      mistake(variables),
      `traces would go to "${target}" instead of the configured ` +
        '"http://collector:4318/v1/traces"; set OTEL_EXPORTER_OTLP_ENDPOINT to "traces.endpoint"',
    );
  });
}

Deno.test("exporterMistake() says how to start a process that exports", () => {
  match(
    mistake({}, false)!,
    /OTEL_DENO_TRACING is not "true"; set it, and compile an executable/,
  );
});
