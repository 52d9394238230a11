/**
 * The spans of ingest: one for each chunk, linked to the checks that it reports, and in each of
 * those checks' own traces one for the processing of its message.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */
import type { Attributes, Span, Tracer } from "../../runtime/telemetry/tracer.ts";
import { parseTraceparent } from "../../runtime/telemetry/traceparent.ts";
import type { Entry, IngestMessage } from "./entry.ts";

export interface IngestTracesOptions {
  readonly tracer: Tracer;
  /** What is read from: a topic, or the outbox. */
  readonly destination: string;
  /** Attributes that are the same for all. */
  readonly attributes?: Attributes;
  /** Those of one message. */
  readonly attributesOf?: (message: IngestMessage) => Attributes;
}

/** Begins the spans of chunks. */
export class IngestTraces {
  readonly #options: IngestTracesOptions;

  constructor(options: IngestTracesOptions) {
    this.#options = options;
  }

  begin(entries: readonly Entry[]): IngestTrace {
    return new IngestTrace(entries, this.#options);
  }
}

/** The spans of one chunk, which ends as a whole. */
export class IngestTrace {
  readonly #chunk: Span;
  readonly #messages: readonly Span[];

  constructor(entries: readonly Entry[], options: IngestTracesOptions) {
    const { tracer, destination, attributes = {}, attributesOf } = options;
    const traced = entries.filter(isTraced);
    this.#chunk = tracer.start("ingest", {
      links: traced.map(({ message }) => message.traceparent!),
      attributes: { ...attributes, "messaging.batch.message_count": entries.length },
    });
    this.#messages = traced.map((entry) =>
      tracer.start(`process ${destination}`, {
        kind: "consumer",
        parent: entry.message.traceparent!,
        links: [this.#chunk.traceparent],
        attributes: { ...attributes, ...attributesOf?.(entry.message), ...contentOf(entry) },
      })
    );
  }

  /** Every message is applied or kept as a dead letter. */
  end(): void {
    for (const span of this.#all) span.end();
  }

  /** None may count as applied, and all will be tried again. */
  fail(error: unknown): void {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    for (const span of this.#all) span.fail(name, message);
    this.end();
  }

  get #all(): readonly Span[] {
    return [...this.#messages, this.#chunk];
  }
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
