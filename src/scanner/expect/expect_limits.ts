/** Expectations on figures: the size of a body, the time of a check, the days of a certificate. */
import type { Limits, SizeExpectation } from "../../config/site.ts";
import type { Failed } from "./failed.ts";

/** Why a body has not the size that it must have. */
export function sizeFailures(
  { bytesMin = 0, bytesMax = Infinity }: SizeExpectation,
  { bytes, isTruncated }: { readonly bytes: number; readonly isTruncated: boolean },
): Failed[] {
  const bounds = [
    ...(bytesMin > 0 ? [`at least ${bytesMin}`] : []),
    ...(bytesMax < Infinity ? [`at most ${bytesMax}`] : []),
  ];
  const expectation = `The body must have ${bounds.join(" and ")} bytes`;
  if (isTruncated) {
    const text =
      `${expectation}: it has more than the ${bytes} that are read; raise max_body_bytes`;
    return [{ reason: "body_too_large", text }];
  }
  if (bytes >= bytesMin && bytes <= bytesMax) return [];
  return [{ reason: "size", text: `${expectation}: it has ${bytes}` }];
}

/** Why a check took too long. */
export function timeFailures({ down, degraded }: Limits, tookMs: number): Failed[] {
  const failed = (limitMs: number): Failed => ({
    reason: "slow",
    text: `The check must take at most ${limitMs} ms: it took ${tookMs} ms`,
  });
  if (down !== undefined && tookMs > down) return [failed(down)];
  if (degraded === undefined || tookMs <= degraded) return [];
  return [{ ...failed(degraded), isMild: true }];
}

/** What is known of a certificate's end. */
export interface CertificateEnd {
  /** Microseconds since 1970; `null` when it could not be read. */
  readonly expiresAt: number | null;
  /** Wall clock in the same unit. */
  readonly nowMicros: number;
}

const DAY_MICROS = 86_400_000_000;

/** Why a certificate ends too soon; one whose end is not known is a warning, never up. */
export function certificateFailures(
  { down, degraded }: Limits,
  { expiresAt, nowMicros }: CertificateEnd,
): Failed[] {
  const daysLeft = expiresAt === null ? undefined : (expiresAt - nowMicros) / DAY_MICROS;
  const failed = (days: number): Failed => {
    const text = `The certificate must be valid for ${days} days: ${foundOf(expiresAt, daysLeft)}`;
    return { reason: "certificate_soon", text };
  };
  if (daysLeft === undefined) return [{ ...failed(degraded ?? down ?? 0), isMild: true }];
  if (down !== undefined && daysLeft < down) return [failed(down)];
  if (degraded === undefined || daysLeft >= degraded) return [];
  return [{ ...failed(degraded), isMild: true }];
}

function foundOf(expiresAt: number | null, daysLeft: number | undefined): string {
  if (expiresAt === null || daysLeft === undefined) return "its dates could not be read";
  const date = utcDate(expiresAt);
  if (daysLeft < 0) return `it expired on ${date}`;
  return `it expires on ${date}, in ${Math.floor(daysLeft)}`;
}

/** `2026-11-23`, in UTC, of microseconds since 1970. */
export function utcDate(micros: number): string {
  return new Date(micros / 1_000).toISOString().slice(0, 10);
}
