/**
 * The spans of a check: the check itself, in it each visit, and in that each phase. Names and
 * attributes are OpenTelemetry's where it has one.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
 */
import type { Site } from "../config/site.ts";
import { URL_LENGTH_MAX } from "../report/bounds.ts";
import type { Phase } from "../report/hop.ts";
import type { SiteReport, TracedReport } from "../report/report.ts";
import type { Clock } from "../runtime/clock.ts";
import { escapeControls } from "../runtime/escape_controls.ts";
import type { Redact } from "../runtime/telemetry/redaction.ts";
import type { Span, Tracer } from "../runtime/telemetry/tracer.ts";
import { portOf } from "./reach/permitted_hosts.ts";
import { withoutCredentials } from "./http/request.ts";
import type { ResponseHead } from "./http/response_parser.ts";
import type { VisitError } from "./connection/failure.ts";
import type { VisitPlan } from "./http/visit_plan.ts";

export interface CheckTracesOptions {
  readonly tracer: Tracer;
  /** The share of the checks that is traced, up to 1. */
  readonly ratio: number;
  readonly location: string;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random?: () => number;
}

/** Decides which checks are traced, and begins their spans. */
export class CheckTraces {
  readonly #options: CheckTracesOptions;

  constructor(options: CheckTracesOptions) {
    this.#options = options;
  }

  /** The trace of a check that begins now; `undefined` when it is not traced. */
  begin(site: Site, redact: Redact): CheckTrace | undefined {
    const { ratio, random = Math.random } = this.#options;
    return random() < ratio ? new CheckTrace(site, { ...this.#options, redact }) : undefined;
  }
}

type CheckTraceOptions = CheckTracesOptions & { readonly redact: Redact };

/** One check's trace. */
export class CheckTrace {
  readonly #options: CheckTraceOptions;
  readonly #span: Span;
  /** What the monotonic clock lacks to milliseconds since 1970. */
  readonly #epochMs: number;
  #visits = 0;

  constructor(site: Site, options: CheckTraceOptions) {
    const { tracer, location, clock } = options;
    const startMs = clock.nowMicros() / 1_000;
    this.#options = options;
    this.#epochMs = startMs - clock.monotonicMs();
    this.#span = tracer.start("check", {
      startMs,
      attributes: { "sitemon.site": site.name, "sitemon.location": location },
    });
  }

  /** Begins a visit, whichever attempt or redirect it belongs to. */
  visit({ url, method }: Pick<VisitPlan, "url"> & Partial<VisitPlan>): VisitTrace {
    const { tracer, redact } = this.#options;
    const startMs = this.#nowMs();
    const span = tracer.start(method ?? url.protocol.slice(0, -1), {
      kind: "client",
      parent: this.#span.traceparent,
      startMs,
      attributes: {
        "http.request.method": method,
        "http.request.resend_count": this.#visits++ || null,
        "url.full": escapeControls(redact(withoutCredentials(url).href), URL_LENGTH_MAX),
        "server.address": url.hostname,
        "server.port": Number(portOf(url)),
      },
    });
    return new VisitTrace(span, this.#options, this.#epochMs);
  }

  /** Ends the check; the report comes back with the name of its trace beside it. */
  end(report: SiteReport): TracedReport {
    const { outcome, reason, attempts, error_text } = report;
    this.#span.set({
      "sitemon.outcome": outcome,
      "sitemon.reason": reason,
      "sitemon.attempts": attempts,
    });
    if (outcome !== "up" && reason !== null) this.#span.fail(reason, error_text ?? "");
    this.#span.end(this.#nowMs());
    return { ...report, traceparent: this.#span.traceparent };
  }

  #nowMs(): number {
    return this.#epochMs + this.#options.clock.monotonicMs();
  }
}

/** One visit's part of a trace. */
export class VisitTrace {
  readonly #span: Span;
  readonly #options: CheckTraceOptions;
  readonly #epochMs: number;

  constructor(span: Span, options: CheckTraceOptions, epochMs: number) {
    this.#span = span;
    this.#options = options;
    this.#epochMs = epochMs;
  }

  /** For the header `traceparent` of the request. */
  get traceparent(): string {
    return this.#span.traceparent;
  }

  /** A phase that has ended, in monotonic time. */
  phase(name: Phase, startMs: number, endMs: number): void {
    const options = { parent: this.traceparent, startMs: this.#epochMs + startMs };
    this.#options.tracer.start(name, options).end(this.#epochMs + endMs);
  }

  end({ head, remoteAddress, failure }: {
    /** Absent in a protocol without one. */
    readonly head?: ResponseHead | undefined;
    readonly remoteAddress: string | null;
    readonly failure: VisitError | undefined;
  }): void {
    const { clock, redact } = this.#options;
    this.#span.set({
      "http.response.status_code": head?.status,
      "network.protocol.version": head?.httpVersion,
      "network.peer.address": remoteAddress,
    });
    if (failure !== undefined) this.#span.fail(failure.reason, redact(failure.message));
    else if (head !== undefined && head.status >= 400) this.#span.fail(String(head.status), "");
    this.#span.end(this.#epochMs + clock.monotonicMs());
  }
}
