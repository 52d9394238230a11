/**
 * Whether this process exports spans as its configuration says. The exporter is Deno's: the
 * environment switches it on before anything of sitemon runs, and no permission of Deno holds it.
 */
import type { TracesConfig } from "./schema/traces_schema.ts";

/** What the exporter was started with. */
export interface ExporterState {
  readonly isExporting: boolean;
  /** A variable of the environment. */
  readonly env: (name: string) => string | undefined;
}

/** Switches the exporter on: when a source is started, and when an executable is made. */
export const SWITCH = "OTEL_DENO_TRACING";
const ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";
/** Of traces alone, with their path. It wins. */
const TRACES_ENDPOINT = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
const TRACES_PATH = "/v1/traces";
/** Where the exporter sends to when nobody says where. */
const USUAL_ENDPOINT = "http://localhost:4318";

/**
 * Milliseconds that a request to the collector may take. The end of the process waits for the last
 * spans, and by default ten seconds for one request and once more for those behind it (Deno 2.9.6):
 * too long beside a service manager's patience, and ages for a collector that works.
 */
const TIMEOUT = ["OTEL_EXPORTER_OTLP_TIMEOUT", "3000"] as const;

/** What the main thread reads to compare them. */
export const EXPORTER_ENV: readonly string[] = [ENDPOINT, TRACES_ENDPOINT];

/** The variables of a process that is to export as the configuration says. */
export function exporterVariables({ endpoint }: TracesConfig): Readonly<Record<string, string>> {
  return { [SWITCH]: "true", [ENDPOINT]: endpoint, [TIMEOUT[0]]: TIMEOUT[1] };
}

/** The sentence about an exporter that does something else than the configuration says, if it does. */
export function exporterMistake(
  traces: TracesConfig | undefined,
  state: ExporterState,
): string | undefined {
  const target = targetOf(state);
  if (traces === undefined) {
    if (!state.isExporting) return undefined;
    return `Cannot start as nothing may be sent where the configuration does not say: this process ` +
      `exports traces to "${target}"; set "traces.endpoint", unset ${SWITCH} and OTEL_DENO, ` +
      "or take an executable that was made without traces";
  }
  if (!state.isExporting) {
    return `Cannot export traces as the process must be started for it: ${SWITCH} is not "true"; ` +
      'set it, and make an executable by "deno task compile --traces"';
  }
  const wanted = withTracesPath(traces.endpoint);
  if (target === wanted) return undefined;
  return `Cannot export traces as the environment must name the endpoint of the configuration: ` +
    `it is "${target}", and "traces.endpoint" means "${wanted}"; set ${ENDPOINT}`;
}

function targetOf({ env }: ExporterState): string {
  const own = env(TRACES_ENDPOINT);
  return own === undefined || own === "" ? withTracesPath(env(ENDPOINT) || USUAL_ENDPOINT) : own;
}

function withTracesPath(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint).href : endpoint;
  return `${url.replace(/\/$/, "")}${TRACES_PATH}`;
}
