/**
 * Spans for OpenTelemetry, exported by Deno itself: on or off before a process starts, without a
 * permission, from any thread (Deno 2.9.6). The library is not loaded until a thread asks for a
 * tracer.
 */
import type * as Api from "@opentelemetry/api";
import { formatTraceparent, parseTraceparent } from "./traceparent.ts";
import { VERSION } from "../version.ts";

/** Links of one span, as OpenTelemetry limits them by default. */
const LINKS_MAX = 128;

/** The exporter registers itself with the library under this symbol, in every thread. */
const LIBRARY = Symbol.for("opentelemetry.js.api.1");

/** By name; null and undefined are left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface SpanOptions {
  /** `internal` when absent: work that neither calls another service nor serves one. */
  readonly kind?: "client" | "consumer";
  /** The `traceparent` of its parent span; a new trace begins when absent. */
  readonly parent?: string;
  /** Those of other related spans; at most 128 are kept. */
  readonly links?: readonly string[];
  readonly attributes?: Attributes;
  /** Milliseconds since 1970; now when absent. */
  readonly startMs?: number;
}

/** A span that has begun. It is exported when it ends, and lost when it never does. */
export interface Span {
  /** Names it to others. */
  readonly traceparent: string;
  set(attributes: Attributes): void;
  /** Marks it as failed: `type` is one of few words, `message` says more. */
  fail(type: string, message: string): void;
  /** Milliseconds since 1970; now when absent. */
  end(endMs?: number): void;
}

/** Starts spans with the name and version of sitemon. */
export interface Tracer {
  start(name: string, options?: SpanOptions): Span;
}

/** True when this process exports spans. */
export function isExporting(): boolean {
  return Reflect.has(globalThis, LIBRARY);
}

/** The tracer of this thread; undefined when the configuration has no `traces`. */
export async function openTracer(isWanted: boolean): Promise<Tracer | undefined> {
  return isWanted ? denoTracer(await import("@opentelemetry/api")) : undefined;
}

function denoTracer({ ROOT_CONTEXT, SpanKind, SpanStatusCode, trace }: typeof Api): Tracer {
  const tracer = trace.getTracer("sitemon", VERSION);
  const kinds = { client: SpanKind.CLIENT, consumer: SpanKind.CONSUMER };
  return {
    start(name, { kind, parent = "", links = [], attributes = {}, startMs } = {}) {
      const context = parseTraceparent(parent);
      const span = tracer.startSpan(name, {
        kind: kind === undefined ? SpanKind.INTERNAL : kinds[kind],
        links: links.slice(0, LINKS_MAX).flatMap(linkTo),
        attributes: exported(attributes),
        ...(startMs === undefined ? {} : { startTime: startMs }),
      }, context === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, context));
      return {
        traceparent: formatTraceparent(span.spanContext()),
        set: (more) => void span.setAttributes(exported(more)),
        fail(type, message) {
          span.setAttributes({ "error.type": type });
          span.setStatus({ code: SpanStatusCode.ERROR, message });
        },
        end: (endMs) => span.end(endMs),
      };
    },
  };
}

function linkTo(traceparent: string): Api.Link[] {
  const context = parseTraceparent(traceparent);
  return context === undefined ? [] : [{ context }];
}

/** Deno exports numbers as doubles, and bigints as integers. */
function exported(attributes: Attributes): Api.Attributes {
  const entries = Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => [name, Number.isSafeInteger(value) ? BigInt(value as number) : value]);
  return Object.fromEntries(entries);
}
