/** Reports and histories for the tests of whatever keeps them. */
import fc from "../support/random_runs.ts";
import { OUTCOMES } from "../../src/report/outcome.ts";
import type { SiteReport } from "../../src/report/report.ts";
import type { Chunk, DeadLetter } from "../../src/status/store.ts";

export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Noon of a day long past, in microseconds: no store's clock is before it. */
export const NOON = Date.UTC(2026, 0, 15, 12) * 1_000;

export const PRODUCERS = [
  "0a6b8d5e-0000-4000-8000-000000000001",
  "7c1f2e3d-0000-4000-8000-000000000002",
  "f00dfeed-0000-4000-8000-000000000003",
] as const;

/** A report of a site that is up, as an outbox stored it; `overrides` say what is special. */
export function aReport(overrides: Partial<SiteReport> = {}): SiteReport {
  const recordedAt = overrides.recorded_at ?? NOON;
  return {
    url: "https://shop.example/",
    response_time: 40,
    response_code: 200,
    pattern: null,
    pattern_match: null,
    error_text: null,
    site: "shop",
    location: "default",
    checked_at: recordedAt,
    recorded_at: recordedAt,
    outcome: "up",
    reason: null,
    attempts: 1,
    timings: { dns: 50, connect: 900, tls: null, first_byte: 38_000, transfer: 200 },
    hops: [],
    remote_address: "192.0.2.7",
    http_version: "1.1",
    final_url: null,
    // Without an answer there is no body.
    body_bytes: overrides.response_code === null ? null : 512,
    truncated: false,
    certificate_expires_at: null,
    certificate_issuer: null,
    certificate_seen_at: null,
    failures: [],
    snippet: null,
    next_check_ms: 10_000,
    labels: {},
    producer_id: PRODUCERS[0],
    sequence: 1,
    ...overrides,
  };
}

/** A report with every field set, to anything but what a table would fill in by itself. */
export const FULL_REPORT: { readonly [F in keyof SiteReport]: NonNullable<SiteReport[F]> } = {
  url: "https://shop.example/cart?q=m%C3%A4rz",
  response_time: 2_123,
  response_code: 503,
  pattern: "Warenkorb|カート",
  pattern_match: true,
  error_text: "unexpected status 503",
  site: "shop",
  location: "Zürich",
  checked_at: NOON - 2 * SECOND - 1,
  recorded_at: NOON - 1,
  outcome: "down",
  reason: "status",
  attempts: 2,
  timings: { dns: 412, connect: 10_250, tls: 23_800, first_byte: 86_400, transfer: 0 },
  hops: [{
    url: "http://shop.example/cart",
    status: 301,
    remote_address: "192.0.2.6:80",
    timings: { dns: null, connect: 9_800, tls: null, first_byte: 41_000, transfer: 7 },
  }],
  remote_address: "192.0.2.7:443",
  http_version: "1.1",
  final_url: "https://shop.example/cart",
  body_bytes: 5_368_709_120,
  truncated: true,
  certificate_expires_at: Date.UTC(2050, 0, 1) * 1_000 + 1,
  certificate_issuer: "CN=Example CA 🔒",
  certificate_seen_at: NOON - 1,
  failures: ["status is 503", 'body does not say "Warenkorb"'],
  snippet: "<h1>Wartung</h1>",
  next_check_ms: 30_000,
  labels: { team: "web", tier: "1" },
  producer_id: PRODUCERS[1],
  sequence: 4_294_967_297,
};

/** A report with nothing in it that may be left out, from before {@linkcode FULL_REPORT}. */
export const V1_REPORT = aReport({
  recorded_at: NOON - MINUTE,
  response_code: null,
  outcome: "inconclusive",
  timings: null,
  remote_address: null,
  http_version: null,
  body_bytes: null,
  next_check_ms: null,
});

/** The n-th report of a producer: a minute after the one before, unless `overrides` say otherwise. */
export function nthReport(sequence: number, overrides: Partial<SiteReport> = {}): SiteReport {
  return aReport({ sequence, recorded_at: NOON + sequence * MINUTE, ...overrides });
}

/** A transaction of these reports; `rest` is what it holds beside them. */
export function chunk(reports: readonly SiteReport[], rest: Partial<Chunk> = {}): Chunk {
  return { reports, gaps: [], deadLetters: [], ...rest };
}

/** A message that could not be read. */
export function aDeadLetter(overrides: Partial<DeadLetter> = {}): DeadLetter {
  return {
    topic: "sitemon",
    partition: 3,
    offset: 41,
    timestampMs: NOON / 1_000,
    reason: "undecodable",
    detail: "the message ends early",
    key: null,
    value: Uint8Array.of(0, 255, 10),
    sitemonId: null,
    ...overrides,
  };
}

/** The order of reports: (recorded_at, producer_id, sequence), where no clock was ahead. */
export function byOrder(a: SiteReport, b: SiteReport): number {
  return a.recorded_at - b.recorded_at ||
    (a.producer_id < b.producer_id ? -1 : a.producer_id > b.producer_id ? 1 : 0) ||
    a.sequence - b.sequence;
}

const eventOf = fc.record({
  producer: fc.nat({ max: PRODUCERS.length - 1 }),
  site: fc.constantFrom("shop", "blog"),
  location: fc.constantFrom("default", "Zürich"),
  // Outboxes of several producers fall on the same minutes, so that equal times are common.
  minutes: fc.integer({ min: 1, max: 40 }),
  checkedBefore: fc.integer({ min: 0, max: 90 }),
  outcome: fc.constantFrom(...OUTCOMES),
  response_time: fc.integer({ min: 0, max: 12_000 }),
  isAnswered: fc.boolean(),
  next_check_ms: fc.constantFrom(null, 10_000, 1_500_000, 7_200_000),
});

/** What several producers recorded: sequences from 1, recorded_at rising within each of them. */
export const histories: fc.Arbitrary<readonly SiteReport[]> = fc
  .array(eventOf, { minLength: 1, maxLength: 40 })
  .map((events) => {
    const recordedAt = PRODUCERS.map(() => NOON);
    const sequence = PRODUCERS.map(() => 0);
    return events.map((event) => {
      const { producer, minutes, checkedBefore, isAnswered, ...fields } = event;
      const at = recordedAt[producer]! += minutes * MINUTE;
      return aReport({
        ...fields,
        recorded_at: at,
        checked_at: at - checkedBefore * SECOND,
        reason: fields.outcome === "up" ? null : "status",
        response_code: isAnswered ? 200 : null,
        producer_id: PRODUCERS[producer]!,
        sequence: sequence[producer]! += 1,
      });
    });
  });
