/**
 * The spans of ingest: one for each chunk, linked to the checks that it reports, and in each of
 * those checks' own traces one for the processing of its message.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */
import type { Attributes, Tracer } from "../../runtime/telemetry/tracer.ts";
import { parseTraceparent } from "../../runtime/telemetry/traceparent.ts";
import type { Entry, IngestMessage } from "./entry.ts";

export interface IngestTracerOptions {
  readonly tracer: Tracer;
  /** What is read from: a topic, or the outbox. */
  readonly destination: string;
  /** Attributes that are the same for all. */
  readonly attributes?: Attributes;
  /** Those of one message. */
  readonly attributesOf?: (message: IngestMessage) => Attributes;
}

/** The spans of one chunk, which ends as a whole. */
export interface IngestTrace {
  /** Every message is applied or kept as a dead letter. */
  end(): void;
  /** None may count as applied, and all will be tried again. */
  fail(error: unknown): void;
}

/** Begins the spans of a chunk. */
export type IngestTracer = (entries: readonly Entry[]) => IngestTrace;

export function ingestTracer(options: IngestTracerOptions): IngestTracer {
  const { tracer, destination, attributes = {}, attributesOf } = options;
  return (entries) => {
    const traced = entries.filter(isTraced);
    const chunk = tracer.start("ingest", {
      links: traced.map(({ message }) => message.traceparent!),
      attributes: { ...attributes, "messaging.batch.message_count": entries.length },
    });
    const messages = traced.map((entry) =>
      tracer.start(`process ${destination}`, {
        kind: "consumer",
        parent: entry.message.traceparent!,
        links: [chunk.traceparent],
        attributes: { ...attributes, ...attributesOf?.(entry.message), ...contentOf(entry) },
      })
    );
    const spans = [...messages, chunk];
    const end = () => spans.forEach((span) => span.end());
    function fail(error: unknown): void {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      for (const span of spans) span.fail(name, message);
      end();
    }
    return { end, fail };
  };
}

/** Anybody may write into a topic, so a malformed traceparent is ignored. */
function isTraced({ message: { traceparent } }: Entry): boolean {
  return traceparent !== undefined && parseTraceparent(traceparent)?.traceFlags === 1;
}

function contentOf(entry: Entry): Attributes {
  return {
    "sitemon.site": entry.kind === "report" ? entry.report.site : null,
    "sitemon.dead_letter": entry.kind === "dead" ? entry.deadLetter.reason : null,
  };
}
