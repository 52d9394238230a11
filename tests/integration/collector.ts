/** A collector of OpenTelemetry's traces: takes them by OTLP over HTTP as JSON, and keeps every span. */
import { serveLocally } from "../support/local_server.ts";
import { eventually } from "../support/waiting.ts";
import { DEADLINE_MS } from "./pipeline.ts";

type Value = string | number | boolean;

/** A span as it arrived. */
export interface ReceivedSpan {
  readonly service: string;
  /** The library that made it. */
  readonly scope: string;
  readonly name: string;
  /** 1 is internal, 3 client, 5 consumer. */
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  /** '' for the first one of a trace. */
  readonly parentSpanId: string;
  readonly attributes: Readonly<Record<string, Value>>;
  /** The traces and spans that it is linked to, as `trace/span`. */
  readonly links: readonly string[];
  /** 2 is an error. */
  readonly status: { readonly code: number; readonly message: string };
  readonly startMs: number;
  readonly endMs: number;
}

// deno-lint-ignore no-explicit-any -- what the exporter wrote
type Json = any;

export class Collector implements AsyncDisposable {
  readonly #server = serveLocally(async (request) => {
    this.paths.push(new URL(request.url).pathname);
    const text = await request.text();
    this.text += text;
    this.#take(JSON.parse(text));
    return Response.json({});
  });
  readonly spans: ReceivedSpan[] = [];
  /** Paths of every request: of metrics and logs too, if they came. */
  readonly paths: string[] = [];
  /** All that was received, as text. */
  text = "";

  get endpoint(): string {
    return this.#server.origin;
  }

  /** The environment of a process that exports to it. */
  env(service: string): Record<string, string> {
    return {
      ...Deno.env.toObject(),
      OTEL_DENO_TRACING: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: this.endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_SERVICE_NAME: service,
      // Milliseconds that ended spans wait for others; 5,000 is the usual time.
      OTEL_BSP_SCHEDULE_DELAY: "100",
    };
  }

  /** The first span, past or to come, that the test is looking for. */
  async span(what: string, matches: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan> {
    return await eventually(DEADLINE_MS, what, () => this.spans.find(matches));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  #take({ resourceSpans = [] }: Json): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = String(valuesOf(resource.attributes)["service.name"]);
      for (const { scope, spans } of scopeSpans) {
        for (const span of spans) this.spans.push(received(span, service, scope.name));
      }
    }
  }
}

function received(span: Json, service: string, scope: string): ReceivedSpan {
  const { name, kind, traceId, spanId, parentSpanId, status } = span;
  return {
    ...{ service, scope, name, kind, traceId, spanId, parentSpanId, status },
    attributes: valuesOf(span.attributes),
    links: span.links.map((link: Json) => `${link.traceId}/${link.spanId}`),
    startMs: Number(span.startTimeUnixNano) / 1e6,
    endMs: Number(span.endTimeUnixNano) / 1e6,
  };
}

function valuesOf(attributes: Json[]): Record<string, Value> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]));
}

/** A fraction where a whole number should be would show as a text that no test expects. */
function valueOf(value: Json): Value {
  if ("intValue" in value) return Number(value.intValue);
  return value.stringValue ?? value.boolValue ?? `fraction ${value.doubleValue}`;
}
