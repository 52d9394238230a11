/** What is known of the certificates of endpoints, and when each is to be read again. */
import type { Clock } from "../../runtime/clock.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { MINUTE_MS } from "../../runtime/time_units.ts";
import type { Certificate } from "./byte_stream.ts";

/**
 * A certificate is read again after this time, since reading costs 5 ms of CPU and a connection; one
 * that could not be read is not tried again before.
 */
export const CERTIFICATE_TTL_MS = 10 * MINUTE_MS;

/** More than the endpoints of a large configuration; beyond that all are read again. */
const ENDPOINTS_MAX = 16_384;

export const UNKNOWN_CERTIFICATE: Certificate = { expiresAt: null, issuer: null, seenAt: null };

interface KnownCertificate {
  readonly certificate: Certificate;
  /** False when it could not be read again. */
  readonly isRead: boolean;
  readonly untilMs: number;
}

/** Of one scanner. */
export class KnownCertificates {
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #known = new Map<string, KnownCertificate>();

  constructor(clock: Clock, telemetry: Telemetry) {
    this.#clock = clock;
    this.#telemetry = telemetry;
  }

  /** What an endpoint showed last; `undefined` when it is time to read it again. */
  get(endpoint: string): Pick<KnownCertificate, "certificate" | "isRead"> | undefined {
    const known = this.#known.get(endpoint);
    return known !== undefined && this.#clock.monotonicMs() < known.untilMs ? known : undefined;
  }

  /** The endpoint showed this now. */
  add(endpoint: string, certificate: Certificate): void {
    this.#set(endpoint, certificate, true);
  }

  /** It could not be read: what it showed before stays known, with the time when it did. */
  addUnread(endpoint: string, cause: unknown): Certificate {
    const certificate = this.#known.get(endpoint)?.certificate ?? UNKNOWN_CERTIFICATE;
    this.#telemetry.count("sitemon_certificate_reads_failed_total");
    logger("scanner").warn(
      "certificate of {endpoint} cannot be read; retrying in {minutes} minutes: {cause}",
      { endpoint: endpoint.trim(), minutes: CERTIFICATE_TTL_MS / MINUTE_MS, cause },
    );
    this.#set(endpoint, certificate, false);
    return certificate;
  }

  #set(endpoint: string, certificate: Certificate, isRead: boolean): void {
    if (this.#known.size >= ENDPOINTS_MAX) this.#known.clear();
    const untilMs = this.#clock.monotonicMs() + CERTIFICATE_TTL_MS;
    this.#known.set(endpoint, { certificate, isRead, untilMs });
  }
}
