/**
 * Whether this process exports spans as configured. The exporter is Deno's: environment variables
 * enable it before any code of sitemon runs, and Deno's permissions do not restrict it.
 */
import { publicUrl } from "../report/public_url.ts";
import type { TracesConfig } from "./schema/schema.ts";

/** Enables the exporter: at the start from source, and when an executable is made. */
export const SWITCH = "OTEL_DENO_TRACING";
const ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";
/** For traces only, including the path. It takes precedence. */
const TRACES_ENDPOINT = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
const TRACES_PATH = "/v1/traces";
const DEFAULT_ENDPOINT = "http://localhost:4318";

/**
 * Milliseconds that a request to the collector may take. On exit the process waits for two of
 * them, by default ten seconds each (Deno 2.9.6): too long for service managers.
 */
const TIMEOUT = ["OTEL_EXPORTER_OTLP_TIMEOUT", "3000"] as const;

/** The variables that the main thread compares. */
export const EXPORTER_ENV: readonly string[] = [ENDPOINT, TRACES_ENDPOINT];

/** The variables of a process that exports as configured. */
export function exporterVariables({ endpoint }: TracesConfig): Readonly<Record<string, string>> {
  return { [SWITCH]: "true", [ENDPOINT]: endpoint, [TIMEOUT[0]]: TIMEOUT[1] };
}

/** The message about an exporter that does not do what is configured, or undefined. */
export function exporterMistake(traces: TracesConfig | undefined, { isExporting, env }: {
  readonly isExporting: boolean;
  /** A variable of the environment that the exporter was started with. */
  readonly env: (name: string) => string | undefined;
}): string | undefined {
  const target = env(TRACES_ENDPOINT) || withTracesPath(env(ENDPOINT) || DEFAULT_ENDPOINT);
  // An operator's variable may hold credentials, which "traces.endpoint" must not.
  const shown = publicUrl(target).replace(/[?#].*$/, "");
  if (traces === undefined) {
    if (!isExporting) return undefined;
    return `this process exports traces to "${shown}", but "traces" is not configured; ` +
      `set "traces.endpoint", unset ${SWITCH} and OTEL_DENO, or use an executable made without traces`;
  }
  if (!isExporting) {
    return `"traces" is configured, but ${SWITCH} is not "true"; set it, and compile an ` +
      'executable with "deno task compile --traces"';
  }
  const configured = withTracesPath(traces.endpoint);
  if (target === configured) return undefined;
  return `traces would go to "${shown}" instead of the configured "${configured}"; ` +
    `set ${ENDPOINT} to "traces.endpoint"`;
}

function withTracesPath(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint).href : endpoint;
  return `${url.replace(/\/$/, "")}${TRACES_PATH}`;
}
