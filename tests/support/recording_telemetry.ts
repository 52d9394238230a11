/** Metrics, states and spans as a test reads them. */
import type {
  AgeName,
  CounterName,
  GaugeName,
  Labels,
} from "../../src/runtime/telemetry/metrics.ts";
import type {
  Dependency,
  DependencyState,
  Telemetry,
} from "../../src/runtime/telemetry/telemetry.ts";
import { formatTraceparent } from "../../src/runtime/telemetry/traceparent.ts";
import type { Attributes, Span, SpanOptions, Tracer } from "../../src/runtime/telemetry/tracer.ts";

/** Keeps what was recorded. */
export class RecordingTelemetry implements Telemetry {
  readonly states = new Map<Dependency, DependencyState>();
  readonly #values = new Map<string, number>();

  count(name: CounterName, labels: Labels = {}, by = 1): void {
    this.#values.set(keyOf(name, labels), this.value(name, labels) + by);
  }

  set(name: GaugeName, value: number, labels: Labels = {}): void {
    this.#values.set(keyOf(name, labels), value);
  }

  age(name: AgeName, sinceMicros: number, labels: Labels = {}): void {
    this.#values.set(keyOf(name, labels), sinceMicros);
  }

  observe(): void {}

  dependency(name: Dependency, state: DependencyState): void {
    this.states.set(name, state);
  }

  /** Of a counter or gauge, and the moment of an age; 0 when nothing was recorded. */
  value(name: CounterName | GaugeName | AgeName, labels: Labels = {}): number {
    return this.#values.get(keyOf(name, labels)) ?? 0;
  }
}

function keyOf(name: string, labels: Labels): string {
  return JSON.stringify([name, labels]);
}

export interface RecordedSpan extends SpanOptions {
  readonly name: string;
  readonly traceparent: string;
  attributes: Attributes;
  failure?: readonly [type: string, message: string];
  ends: number;
}

/** A tracer that records spans, in the order in which they began. */
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
