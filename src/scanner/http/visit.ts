/** One visit of a check: a connection and an exchange, and what is known of them however they end. */
import type { Timings } from "../../report/hop.ts";
import type { Certificate } from "./certificate_cache.ts";
import { unrecordedTraceparent } from "../../runtime/telemetry/traceparent.ts";
import type { CheckContext } from "../check_context.ts";
import type { VisitTrace } from "../check_trace.ts";
import { type ConnectionRecord, openConnection, type Route } from "./connection.ts";
import { onAbort } from "../../runtime/deadline.ts";
import { exchange } from "./exchange.ts";
import { connectionFailure } from "./failure.ts";
import { portOf } from "../reach/permitted_hosts.ts";
import type { Request } from "./request.ts";
import type { ResponseHead } from "./response_parser.ts";
import { Stopwatch } from "./stopwatch.ts";
import { UnheldError } from "../schedule/lease_expired_error.ts";
import { VisitError } from "./visit_error.ts";

/** What a visit asks, and how it gets there. */
export interface VisitPlan extends Request, Omit<Route, "url" | "proxy"> {
  /** Decoded bytes of the body that are read. */
  readonly bodyBytesMax: number;
  /** True to say in the header `traceparent` which span this visit is. */
  readonly namesSpan?: boolean;
}

/** What a visit found; `failure` tells that it did not end with a whole response. */
export interface Visit {
  readonly url: URL;
  readonly timings: Timings;
  readonly remoteAddress: string | null;
  readonly certificate: Certificate | undefined;
  readonly head: ResponseHead | undefined;
  /** Decoded; empty when the visit failed before its end. */
  readonly body: Uint8Array;
  readonly isTruncated: boolean;
  readonly failure: VisitError | undefined;
}

/**
 * Visits a url. It never rejects for what the site or the network do, but with
 * {@linkcode UnheldError} when the visit is not to be made.
 */
export function visit(
  plan: VisitPlan,
  context: CheckContext,
  signal: AbortSignal,
): Promise<Visit> {
  return new VisitUnderWay(plan, context, signal).run();
}

class VisitUnderWay {
  readonly #plan: VisitPlan;
  readonly #context: CheckContext;
  readonly #signal: AbortSignal;
  readonly #record: ConnectionRecord;
  readonly #trace: VisitTrace | undefined;
  #head: ResponseHead | undefined;

  constructor(plan: VisitPlan, context: CheckContext, signal: AbortSignal) {
    this.#plan = plan;
    this.#context = context;
    this.#signal = signal;
    this.#trace = context.trace?.visit(plan);
    const stopwatch = new Stopwatch(context.clock, this.#trace?.phase);
    this.#record = { stopwatch, remoteAddress: null, certificate: undefined };
  }

  async run(): Promise<Visit> {
    try {
      const { bytes, isTruncated } = await this.#visit();
      return this.#found({ body: bytes, isTruncated, failure: undefined });
    } catch (error) {
      if (!(error instanceof VisitError)) throw error;
      return this.#found({ body: new Uint8Array(), isTruncated: false, failure: error });
    }
  }

  async #visit() {
    const { method, bodyBytesMax } = this.#plan;
    const signal = this.#signal;
    const { firstVisits, readBuffers: buffers } = this.#context;
    const request = firstVisits.requestOf(this.#plan, this.#traceparent());
    const connecting = { record: this.#record, signal };
    this.#assertHeld();
    const stream = await openConnection(this.#plan, this.#context, connecting);
    using _ = onAbort(signal, () => stream.close());
    // The process may have been stopped meanwhile, for longer than its hold.
    this.#assertHeld(stream);
    const onHead = (head: ResponseHead) => {
      this.#head = head;
    };
    const { stopwatch } = this.#record;
    try {
      const limits = { bodyBytesMax, buffers, signal };
      return await exchange(stream, { request, method, stopwatch, onHead, ...limits });
    } catch (error) {
      throw this.#answerError(error);
    }
  }

  #assertHeld(stream?: { close(): void }): void {
    if (this.#context.mayVisit?.() ?? true) return;
    stream?.close();
    throw new UnheldError();
  }

  /** What the site is told, if it is to be told; a span that nobody records has a name too. */
  #traceparent(): string | undefined {
    if (!this.#plan.namesSpan) return undefined;
    return this.#trace?.traceparent ?? unrecordedTraceparent();
  }

  /** The report's words for an exchange that broke off. */
  #answerError(error: unknown): VisitError {
    const { url } = this.#plan;
    const action = `Cannot read the answer of ${url.hostname}:${portOf(url)}`;
    if (this.#signal.aborted) {
      const phase = this.#head === undefined ? "header" : "body";
      const detail = `its ${phase} took longer than the timeout`;
      return new VisitError("timeout", `${action}: ${detail}`, { cause: error });
    }
    const isKnown = error instanceof VisitError;
    const { reason, detail } = isKnown
      ? { reason: error.reason, detail: error.message }
      : connectionFailure(error);
    // Once a connection stands, whatever ends it early resets it.
    const isRefused = reason === "connect_refused" || reason === "connect_timeout";
    return new VisitError(isRefused ? "reset" : reason, `${action}: ${detail}`, { cause: error });
  }

  #found(result: Pick<Visit, "body" | "isTruncated" | "failure">): Visit {
    const { stopwatch, remoteAddress, certificate } = this.#record;
    stopwatch.end();
    const { url } = this.#plan;
    const { timings } = stopwatch;
    const visit = { url, timings, remoteAddress, certificate, head: this.#head, ...result };
    this.#trace?.end(visit);
    return visit;
  }
}
