/** Completes a v1 datum, which has neither time nor sender nor verdict. */
import { v5 as uuidOf } from "uuid";
import { bounded, ERROR_TEXT_LENGTH_MAX, SITE_LENGTH_MAX } from "./bounds.ts";
import { crc64, hex } from "./fingerprint.ts";
import { BLANK_REPORT } from "./fields.ts";
import type { Outcome, Reason } from "./outcome.ts";
import { publicUrl } from "./public_url.ts";
import type { SiteReport, V1Report } from "./report.ts";

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
 * The report that a v1 datum stands for. The same message always gives the same report, so that
 * a repeat is recognized as one.
 */
export function identify(v1: V1Report, origin: MessageOrigin): SiteReport {
  const url = publicUrl(v1.url);
  const recordedAt = origin.timestampMs * 1_000;
  return {
    ...BLANK_REPORT,
    ...v1,
    url,
    error_text: v1.error_text && bounded(v1.error_text, ERROR_TEXT_LENGTH_MAX),
    site: siteNameOf(url),
    location: "default",
    checked_at: recordedAt,
    recorded_at: recordedAt,
    ...verdictOf(v1),
    producer_id: uuidOf(
      `${origin.clusterId}/${origin.topic}/${origin.partition}`,
      PARTITION_NAMESPACE,
    ),
    sequence: origin.offset + 1,
  };
}

/** The url, as far as a site's name may be long; a hash of all of it keeps names distinct. */
function siteNameOf(url: string): string {
  if (url.length <= SITE_LENGTH_MAX) return url;
  const digest = `#${hex(crc64(url))}`;
  return bounded(url, SITE_LENGTH_MAX - digest.length) + digest;
}

/** v1 gave no verdict and no reason; where its fields do not show one it stays `null`. */
function verdictOf(v1: V1Report): { outcome: Outcome; reason: Reason | null } {
  if (v1.error_text !== null) return { outcome: "down", reason: null };
  if (v1.response_code === null) return { outcome: "inconclusive", reason: null };
  if (v1.response_code >= 400) return { outcome: "down", reason: "status" };
  if (v1.pattern_match === false) return { outcome: "down", reason: "body" };
  return { outcome: "up", reason: null };
}
