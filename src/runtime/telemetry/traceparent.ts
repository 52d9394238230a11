/**
 * The value of W3C's header `traceparent`, which identifies a span, to others and within sitemon.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */

interface TraceContext {
  /** 32 hexadecimal digits, not all of them 0. */
  readonly traceId: string;
  /** 16 of them. */
  readonly spanId: string;
  /** 1 when the span is recorded. */
  readonly traceFlags: number;
}

/** The header's name, in HTTP and in Kafka. */
export const TRACEPARENT = "traceparent";

const FORM = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

export function formatTraceparent({ traceId, spanId, traceFlags }: TraceContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}

/** The context of a text, or undefined when it is invalid: others write it too. */
export function parseTraceparent(text: string): TraceContext | undefined {
  const [, traceId, spanId, flags] = FORM.exec(text) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1 };
}

/** Identifies a span that is not recorded, in a new trace. */
export function unrecordedTraceparent(): string {
  // All zeros would be invalid; drawing them is less likely than any bug.
  const digits = crypto.getRandomValues(new Uint8Array(24)).toHex();
  return formatTraceparent({
    traceId: digits.slice(0, 32),
    spanId: digits.slice(32),
    traceFlags: 0,
  });
}
