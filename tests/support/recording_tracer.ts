/** A tracer that records spans, in the order in which they began. */
import type { Attributes, Span, SpanOptions, Tracer } from "../../src/runtime/telemetry/tracer.ts";
import { formatTraceparent } from "../../src/runtime/telemetry/traceparent.ts";

export interface RecordedSpan extends SpanOptions {
  readonly name: string;
  readonly traceparent: string;
  attributes: Attributes;
  failure?: readonly [type: string, message: string];
  ends: number;
}

export class RecordingTracer implements Tracer {
  readonly spans: RecordedSpan[] = [];

  start(name: string, options: SpanOptions = {}): Span {
    const spanId = (this.spans.length + 1).toString(16).padStart(16, "0");
    const traceparent = formatTraceparent({ traceId: "a".repeat(32), spanId, traceFlags: 1 });
    const span: RecordedSpan = { attributes: {}, ...options, name, traceparent, ends: 0 };
    this.spans.push(span);
    return {
      traceparent,
      set: (more) => void (span.attributes = { ...span.attributes, ...more }),
      fail: (type, message) => void (span.failure = [type, message]),
      end: () => void span.ends++,
    };
  }
}
