/** What is known of the certificates of endpoints, and when each is to be read again. */
import type { Clock } from "../../runtime/clock.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { MINUTE_MS } from "../../runtime/time_units.ts";
import type { TlsProblem } from "../../runtime/tls/tls_problem.ts";
import type { Certificate } from "./byte_stream.ts";

/**
 * A certificate is read again after this time, since reading costs 5 ms of CPU and a connection; one
 * that could not be read is not tried again before.
 */
export const CERTIFICATE_TTL_MS = 10 * MINUTE_MS;

/** More than the endpoints of a large configuration; beyond that all are read again. */
const ENDPOINTS_MAX = 16_384;

export const UNKNOWN_CERTIFICATE: Certificate = { expiresAt: null, issuer: null, seenAt: null };

/** What is known, and why the certificate is refused, if it is. */
export interface KnownCertificate {
  readonly certificate: Certificate;
  readonly problem?: TlsProblem | undefined;
}

interface Entry extends KnownCertificate {
  /** False when it could not be read, of a site whose certificate was refused or was not. */
  readonly isRead: boolean;
  readonly isRefused: boolean;
  readonly untilMs: number;
}

/** Of one scanner. */
export class KnownCertificates {
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #known = new Map<string, Entry>();

  constructor(clock: Clock, telemetry: Telemetry) {
    this.#clock = clock;
    this.#telemetry = telemetry;
  }

  /** What an endpoint showed last; `undefined` when it is time to read it again. */
  get(endpoint: string): Omit<Entry, "untilMs"> | undefined {
    const known = this.#known.get(endpoint);
    return known !== undefined && this.#clock.monotonicMs() < known.untilMs ? known : undefined;
  }

  /** The endpoint showed this now. */
  add(endpoint: string, known: KnownCertificate): KnownCertificate {
    return this.#set(endpoint, { ...known, isRead: true, isRefused: false });
  }

  /** It could not be read: what it showed before stays known, with the time when it did. */
  addUnread(
    endpoint: string,
    { cause, problem, isRefused }: Pick<Entry, "problem" | "isRefused"> & {
      readonly cause: unknown;
    },
  ): KnownCertificate {
    const certificate = this.#known.get(endpoint)?.certificate ?? UNKNOWN_CERTIFICATE;
    this.#telemetry.count("sitemon_certificate_reads_failed_total");
    logger("scanner").warn(
      "certificate of {endpoint} cannot be read; retrying in {minutes} minutes: {cause}",
      { endpoint: endpoint.trim(), minutes: CERTIFICATE_TTL_MS / MINUTE_MS, cause },
    );
    return this.#set(endpoint, { certificate, problem, isRead: false, isRefused });
  }

  #set(endpoint: string, entry: Omit<Entry, "untilMs">): Entry {
    if (this.#known.size >= ENDPOINTS_MAX) this.#known.clear();
    const known = { ...entry, untilMs: this.#clock.monotonicMs() + CERTIFICATE_TTL_MS };
    this.#known.set(endpoint, known);
    return known;
  }
}
