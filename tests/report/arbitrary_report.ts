/** Reports and gaps of every shape that the contract allows, for property tests. */
import fc from "../support/random_runs.ts";
import { OUTCOMES, REASONS } from "../../src/report/outcome.ts";
import {
  FAILURES_MAX,
  HOPS_MAX,
  NEXT_CHECK_MS_MAX,
  TIME_MAX,
  TIME_MIN,
} from "../../src/report/bounds.ts";
import type { Timings } from "../../src/report/hop.ts";
import type { Gap, SiteReport } from "../../src/report/report.ts";

function text(lengthMin: number, lengthMax: number): fc.Arbitrary<string> {
  return fc.string({ minLength: lengthMin, maxLength: lengthMax, unit: "binary" })
    .filter((value) => !value.includes("\0") && value.length <= lengthMax);
}

function orNull<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(arbitrary, { nil: null });
}

const micros = orNull(fc.integer({ min: 0, max: 2 ** 31 - 1 }));
const time = fc.integer({ min: TIME_MIN, max: TIME_MAX });
const status = orNull(fc.integer({ min: 100, max: 999 }));
const timings: fc.Arbitrary<Timings> = fc.record({
  dns: micros,
  connect: micros,
  tls: micros,
  first_byte: micros,
  transfer: micros,
}, { noNullPrototype: true });

const hop = fc.record({
  url: text(1, 60),
  status,
  remote_address: orNull(text(1, 40)),
  timings,
}, { noNullPrototype: true });

const verdict = fc.oneof(
  fc.constant({ outcome: "up" as const, reason: null }),
  fc.record({
    outcome: fc.constantFrom(...OUTCOMES).filter((outcome) => outcome !== "up"),
    reason: orNull(fc.constantFrom(...REASONS)),
  }, { noNullPrototype: true }),
);

const labels = fc.dictionary(
  fc.oneof(text(0, 20), fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype))),
  text(0, 40),
  {
    maxKeys: 8,
    noNullPrototype: true,
  },
);

/** A report that keeps the contract. */
export const arbitraryReport: fc.Arbitrary<SiteReport> = fc.record({
  url: text(1, 120),
  response_time: fc.integer({ min: 0, max: 86_400_000 }),
  response_code: status,
  pattern: orNull(text(0, 40)),
  pattern_match: orNull(fc.boolean()),
  error_text: orNull(text(0, 200)),
  site: text(1, 60),
  location: text(1, 20),
  checked_at: time,
  recorded_at: time,
  attempts: fc.integer({ min: 1, max: 10 }),
  timings: orNull(timings),
  hops: fc.array(hop, { maxLength: HOPS_MAX }),
  remote_address: orNull(text(1, 40)),
  http_version: orNull(fc.constantFrom("1.0", "1.1")),
  final_url: orNull(text(1, 60)),
  body_bytes: orNull(fc.maxSafeNat().filter((bytes) => bytes < 2 ** 53 - 1)),
  truncated: fc.boolean(),
  certificate_expires_at: orNull(time),
  certificate_issuer: orNull(text(0, 60)),
  certificate_seen_at: orNull(time),
  failures: fc.array(text(0, 60), { maxLength: FAILURES_MAX }),
  snippet: orNull(text(0, 200)),
  next_check_ms: orNull(fc.integer({ min: 1, max: NEXT_CHECK_MS_MAX })),
  labels,
  producer_id: fc.uuid(),
  sequence: fc.integer({ min: 1, max: 2 ** 53 - 2 }),
}, { noNullPrototype: true }).chain((report) =>
  verdict.map(({ outcome, reason }) => ({ ...report, outcome, reason }))
);

/** A gap that keeps the contract. */
export const arbitraryGap: fc.Arbitrary<Gap> = fc.record({
  producer_id: fc.uuid(),
  first: fc.integer({ min: 1, max: 2 ** 40 }),
  count: fc.integer({ min: 1, max: 2 ** 40 }),
  reason: fc.constantFrom("coalesced", "dropped_oldest", "too_large"),
}, { noNullPrototype: true }).map((gap) => ({ ...gap, last: gap.first + gap.count - 1 }));
