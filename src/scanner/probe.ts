/**
 * The probe port: one protocol's way of asking a site. What a probe brings back is judged alike for
 * every protocol; a new one is a probe and a line in probes.ts.
 */
import type { Site } from "../config/site.ts";
import type { Reason } from "../report/outcome.ts";
import type { Hop, Timings } from "../report/hop.ts";
import type { CheckContext } from "./check_context.ts";
import type { CheckRun } from "./check_run.ts";
import type { Certificate } from "./connection/byte_stream.ts";
import type { FailedExpectation } from "./expect/failed_expectation.ts";
import type { Headers } from "./http/response_parser.ts";

/** What one attempt brought back from a site, whatever its protocol. */
export interface Answer {
  /** True when the site answered, whatever it said, and even if the rest of it never came. */
  readonly isAnswered: boolean;
  /** Why there is no whole answer; expectations are compared only without it. */
  readonly failure: Failure | undefined;
  /** `null` in a protocol without one. */
  readonly status: number | null;
  /** Empty in a protocol without headers. */
  readonly headers: Headers;
  /** Decoded, or as it was read; empty when an http attempt failed before the end. */
  readonly body: Uint8Array;
  /** True when the body was longer than what was read of it. */
  readonly isTruncated: boolean;
  /** The content coding that is not known here, in which the body still is. */
  readonly unknownCoding?: string | undefined;
  /** Of all visits of the attempt. */
  readonly responseTimeMs: number;
  readonly certificate: Certificate;
  /** True when it came over TLS; otherwise no certificate can be expected. */
  readonly isSecure: boolean;
  /** What it does not meet of expectations that its protocol alone has, in their order. */
  readonly unmet?: readonly FailedExpectation[];
  /** The rest is for the report alone. */
  readonly timings: Timings;
  readonly hops: readonly Hop[];
  readonly remoteAddress: string | null;
  readonly httpVersion: string | null;
  readonly finalUrl: URL | undefined;
}

/** What ended an attempt, for the report. */
export interface Failure {
  readonly reason: Reason;
  readonly message: string;
}

/** One protocol's way of asking. */
export interface Probe {
  /**
   * Makes one attempt. A site that is down is an answer with a failure; it rejects with
   * {@linkcode LeaseExpiredError} when a visit must not be made, and otherwise only for a fault of
   * sitemon. It ends as soon as the run is over.
   */
  ask(site: Site, context: CheckContext, run: CheckRun): Promise<Answer>;
}

/** What an attempt is made with. */
export interface Attempt {
  readonly site: Site;
  readonly context: CheckContext;
  readonly run: CheckRun;
}

/** Throws when the site is no longer this producer's to visit. */
export function requireLease({ mayVisit }: CheckContext): void {
  if (mayVisit !== undefined && !mayVisit()) throw new LeaseExpiredError();
}

/** Thrown in place of a visit, since another producer of the group may be checking the site. */
export class LeaseExpiredError extends Error {
  override readonly name = "LeaseExpiredError";

  constructor() {
    super("check skipped: this producer's lease on the site has expired");
  }
}
