/** What one visit finds, filled in as it goes: a failed one has had phases. */
import type { DetailedPeerCertificate } from "node:tls";
import type { Phase, Timings } from "../../report/hop.ts";
import { certificateTimeMs } from "../../runtime/certificate_time.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { VisitTrace } from "../check_trace.ts";
import type { Certificate } from "./byte_stream.ts";
import type { VisitError } from "./failure.ts";
import type { Route } from "./route.ts";

const NO_BYTES = new Uint8Array();
const NO_CHAIN: readonly DetailedPeerCertificate[] = [];

/** As much as a report holds: 36 minutes, which only a process that was stopped can exceed. */
const PHASE_MICROS_MAX = 2 ** 31 - 1;

/** A visit under way, and its result once it has ended. */
export class Visit<Plan extends Route = Route> {
  readonly plan: Plan;
  readonly trace: VisitTrace | undefined;
  remoteAddress: string | null = null;
  /** What the server showed; empty where the transport cannot tell. */
  chain: readonly DetailedPeerCertificate[] = NO_CHAIN;
  /** Such as `TLSv1.3`, where the transport can tell. */
  tlsVersion: string | undefined;
  /** Decoded. */
  body: Uint8Array = NO_BYTES;
  isTruncated = false;
  /** Why the visit did not end as the protocol has it. */
  failure: VisitError | undefined;
  readonly #clock: Clock;
  readonly #micros: Record<Phase, number | null> = {
    dns: null,
    connect: null,
    tls: null,
    first_byte: null,
    transfer: null,
  };
  #phase: Phase | undefined;
  #startMs = 0;

  constructor(plan: Plan, clock: Clock, trace?: VisitTrace) {
    this.plan = plan;
    this.trace = trace;
    this.#clock = clock;
  }

  /** The times so far in whole microseconds; a phase that was never started stays `null`. */
  get timings(): Timings {
    return this.#micros;
  }

  /** What a report says of the certificate; `undefined` where the transport cannot tell. */
  get certificate(): Certificate | undefined {
    const [own] = this.chain;
    if (own === undefined) return undefined;
    const expiresAtMs = certificateTimeMs(own.valid_to);
    const issuer = own.issuer.O ?? own.issuer.CN;
    return {
      expiresAt: expiresAtMs === undefined ? null : expiresAtMs * 1_000,
      issuer: (Array.isArray(issuer) ? issuer[0] : issuer) ?? null,
      seenAt: this.#clock.nowMicros(),
    };
  }

  /** Begins a phase, and ends the one before. */
  startPhase(phase: Phase): void {
    this.endPhase();
    this.#phase = phase;
    this.#startMs = this.#clock.monotonicMs();
  }

  /** Ends the visit, and its part of the trace. */
  end(): void {
    this.endPhase();
    this.trace?.end(this);
  }

  /** Ends the phase that runs, if one does. */
  endPhase(): void {
    if (this.#phase === undefined) return;
    const endMs = this.#clock.monotonicMs();
    const micros = Math.round((endMs - this.#startMs) * 1_000);
    this.#micros[this.#phase] = Math.min(micros, PHASE_MICROS_MAX);
    this.trace?.phase(this.#phase, this.#startMs, endMs);
    this.#phase = undefined;
  }
}
