/** Completes a bare datum of the seed's format, which has neither time nor sender nor verdict. */
import { v5 as uuidOf } from "uuid";
import { bounded } from "./bounded.ts";
import { crc64 } from "./fingerprint.ts";
import type { Outcome, Reason } from "./outcome.ts";
import { publicUrl } from "./public_url.ts";
import { ERROR_TEXT_LENGTH_MAX, SITE_LENGTH_MAX, type SiteReport } from "./report.ts";
import type { SeedReport } from "./seed_report.ts";

/** Namespace of the producer ids that stand for a partition; drawn once, and never to change. */
export const PARTITION_NAMESPACE = "0c1d4f5e-7c3b-4b8e-9a53-5e1f6d2b8a47";

/** Where a message lies in Kafka. */
export interface MessageOrigin {
  readonly clusterId: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** The record's timestamp: milliseconds since 1970. */
  readonly timestampMs: number;
}

/**
 * The report that a bare datum stands for. The same message always gives the same report, so that
 * a repeat is recognized as one.
 */
export function identify(bare: SeedReport, origin: MessageOrigin): SiteReport {
  const url = publicUrl(bare.url);
  const recordedAt = origin.timestampMs * 1_000;
  return {
    url,
    response_time: bare.response_time,
    response_code: bare.response_code,
    pattern: bare.pattern,
    pattern_match: bare.pattern_match,
    error_text: bare.error_text && bounded(bare.error_text, ERROR_TEXT_LENGTH_MAX),
    site: siteNameOf(url),
    location: "default",
    checked_at: recordedAt,
    recorded_at: recordedAt,
    ...verdictOf(bare),
    attempts: 1,
    timings: null,
    hops: [],
    remote_address: null,
    http_version: null,
    final_url: null,
    body_bytes: null,
    truncated: false,
    certificate_expires_at: null,
    certificate_issuer: null,
    failures: [],
    snippet: null,
    interval_ms: null,
    labels: {},
    producer_id: uuidOf(
      `${origin.clusterId}/${origin.topic}/${origin.partition}`,
      PARTITION_NAMESPACE,
    ),
    sequence: origin.offset + 1,
  };
}

/** The url, as far as a site's name may be long; what is cut off still tells names apart. */
function siteNameOf(url: string): string {
  if (url.length <= SITE_LENGTH_MAX) return url;
  const digest = `#${crc64(url).toString(16).padStart(16, "0")}`;
  return bounded(url, SITE_LENGTH_MAX - digest.length) + digest;
}

/** The seed gave no verdict and no reason; where its fields do not show one it stays `null`. */
function verdictOf(bare: SeedReport): { outcome: Outcome; reason: Reason | null } {
  if (bare.error_text !== null) return { outcome: "down", reason: null };
  if (bare.response_code === null) return { outcome: "inconclusive", reason: null };
  if (bare.response_code >= 400) return { outcome: "down", reason: "status" };
  if (bare.pattern_match === false) return { outcome: "down", reason: "body" };
  return { outcome: "up", reason: null };
}
