/** Expectations on figures: the size of a body, the time of a check, the days of a certificate. */
import type { Limits, SizeExpectation } from "../../config/site.ts";
import { DAY_MS, MINUTE_MS } from "../../runtime/time_units.ts";
import type { Certificate } from "../connection/byte_stream.ts";
import type { FailedExpectation } from "./failed_expectation.ts";

/** The failure of a body's size. */
export function expectSize(
  { bytesMin = 0, bytesMax = Infinity }: SizeExpectation,
  { bytes, isTruncated, unknownCoding }: {
    readonly bytes: number;
    readonly isTruncated: boolean;
    readonly unknownCoding?: string | undefined;
  },
): FailedExpectation[] {
  const bounds = [
    ...(bytesMin > 0 ? [`at least ${bytesMin}`] : []),
    ...(bytesMax < Infinity ? [`at most ${bytesMax}`] : []),
  ];
  const expected = `expected ${bounds.join(" and ")}`;
  if (isTruncated) {
    const text = `body has more than the ${bytes} bytes that were read, ${expected}; ` +
      "raise max_body_bytes to read more";
    return [{ reason: "body_too_large", text }];
  }
  if (unknownCoding !== undefined) {
    const text = `body has the unknown coding "${unknownCoding}", ${expected}`;
    return [{ reason: "size", text }];
  }
  if (bytes >= bytesMin && bytes <= bytesMax) return [];
  return [{ reason: "size", text: `body has ${countOf(bytes, "byte")}, ${expected}` }];
}

/** The failure of a check's time. */
export function expectTime({ down, degraded }: Limits, tookMs: number): FailedExpectation[] {
  const failed = (limitMs: number): FailedExpectation => ({
    reason: "slow",
    text: `check took ${tookMs} ms, expected at most ${limitMs} ms`,
  });
  if (down !== undefined && tookMs > down) return [failed(down)];
  if (degraded === undefined || tookMs <= degraded) return [];
  return [{ ...failed(degraded), isMild: true }];
}

/**
 * The failure of a certificate's end. One without dates is a warning; one that could not be read
 * beside a check says nothing about the site, which has answered.
 */
export function expectCertificate(
  { down, degraded }: Limits,
  { expiresAt, seenAt }: Certificate,
  nowMicros: number,
): FailedExpectation[] {
  if (seenAt === null) return [];
  if (expiresAt === null) {
    const text = "certificate dates cannot be read";
    return [{ reason: "certificate_soon", text, isMild: true }];
  }
  const daysLeft = (expiresAt - nowMicros) / (DAY_MS * 1_000);
  const end = daysLeft < 0
    ? `certificate expired on ${utcDate(expiresAt)}`
    : `certificate expires on ${utcDate(expiresAt)}, in ${countOf(Math.floor(daysLeft), "day")}`;
  const minutes = Math.floor((nowMicros - seenAt) / (MINUTE_MS * 1_000));
  const found = minutes < 1 ? end : `${end} (seen ${countOf(minutes, "minute")} ago)`;
  const failed = (days: number): FailedExpectation => ({
    reason: "certificate_soon",
    text: `${found}, expected at least ${countOf(days, "day")}`,
  });
  if (down !== undefined && daysLeft < down) return [failed(down)];
  if (degraded === undefined || daysLeft >= degraded) return [];
  return [{ ...failed(degraded), isMild: true }];
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `2026-11-23`, in UTC, of microseconds since 1970. */
export function utcDate(micros: number): string {
  return new Date(micros / 1_000).toISOString().slice(0, 10);
}
