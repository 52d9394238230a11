/** What is known of each site's certificate, so that it is asked for once an hour, not every check. */
import type { Clock } from "../../runtime/clock.ts";
import { HOUR_MS } from "../../runtime/time_units.ts";

/** How long a certificate's dates and issuer are taken as known: asking costs 5 ms of CPU. */
export const CERTIFICATE_TTL_MS = HOUR_MS;

/** What a report says about a certificate. */
export interface Certificate {
  /** Microseconds since 1970; `null` when it could not be read. */
  readonly expiresAt: number | null;
  readonly issuer: string | null;
}

/** Keeps one certificate per endpoint; bounded by the endpoints that a configuration permits. */
export class CertificateCache {
  readonly #clock: Clock;
  readonly #entries = new Map<string, { certificate: Certificate; untilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The certificate last seen at an endpoint, if that was within the last hour. */
  get(endpoint: string): Certificate | undefined {
    const entry = this.#entries.get(endpoint);
    if (entry === undefined || entry.untilMs <= this.#clock.monotonicMs()) return undefined;
    return entry.certificate;
  }

  /** Remembers what was seen. */
  set(endpoint: string, certificate: Certificate): void {
    const untilMs = this.#clock.monotonicMs() + CERTIFICATE_TTL_MS;
    this.#entries.set(endpoint, { certificate, untilMs });
  }
}
