/** The schema of `expect`: what the answer of a site must be. */
import * as z from "zod";
import { duration } from "./duration.ts";
import { mayBeAbsent } from "./may_be_absent.ts";
import { mustBe } from "./must_be.ts";
import { text, whole, yesOrNo } from "./scalar.ts";
import { KIB, MIB, size } from "./size.ts";
import { statusRanges } from "./status_ranges.ts";

/** A regular expression longer than this is generated, and slow to compile. */
const PATTERN_LENGTH_MAX = 4 * KIB;
/** All of them are looked at in every check. */
const EXPECTATIONS_MAX = 64;
/** Longer texts are better told apart by a part of them. */
const EXPECTED_LENGTH_MAX = 4 * KIB;
const JSON_PATH_LENGTH_MAX = KIB;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/;
/** A check may take ten minutes at most. */
const RESPONSE_TIME = { minMs: 1, maxMs: 600_000 };
/** Authorities give certificates for at most 398 days; private ones for years. */
const CERTIFICATE_DAYS = { min: 0, max: 3_650 };
/** No more of a body than this is ever read. */
const BODY = { minBytes: 0, maxBytes: 64 * MIB };

const PATTERN_MESSAGE = mustBe(
  `a regular expression of 1 to ${PATTERN_LENGTH_MAX} characters`,
  "write such a text, in quotes",
);

/** A regular expression, which the scanner's own part proves to compile. */
export const patternSchema = z.string({ error: PATTERN_MESSAGE })
  .min(1, { error: PATTERN_MESSAGE }).max(PATTERN_LENGTH_MAX, { error: PATTERN_MESSAGE });

const EXPECTED_MESSAGE = mustBe(
  `a text of 1 to ${EXPECTED_LENGTH_MAX} characters`,
  "write such a text, in quotes",
);
const expectedText = z.string({ error: EXPECTED_MESSAGE }).min(1, { error: EXPECTED_MESSAGE })
  .max(EXPECTED_LENGTH_MAX, { error: EXPECTED_MESSAGE });

const texts = () =>
  oneOrMore(expectedText, `a text of 1 to ${EXPECTED_LENGTH_MAX} characters, or a list of them`);
const patterns = () =>
  oneOrMore(
    patternSchema,
    `a regular expression of 1 to ${PATTERN_LENGTH_MAX} characters, or a list of them`,
  );

function oneOrMore(item: z.ZodString, what: string) {
  const error = mustBe(what, "write such a text, in quotes");
  return z.union([item, z.array(item).min(1).max(EXPECTATIONS_MAX)], { error });
}

const bodySchema = z.strictObject({
  contains: texts().apply(mayBeAbsent).describe("Texts that the body must contain."),
  not_contains: texts().apply(mayBeAbsent).describe("Texts that it must not contain."),
  matches: patterns().apply(mayBeAbsent).describe("Patterns that must be found in the body."),
  not_matches: patterns().apply(mayBeAbsent).describe("Patterns that must not be found in it."),
}, {
  error: mustBe(
    "a mapping with contains, not_contains, matches, not_matches",
    "write for example contains: Welcome",
  ),
});

const scalarSchema = z.union([
  z.string().max(EXPECTED_LENGTH_MAX),
  z.number(),
  z.boolean(),
  z.null(),
], { error: mustBe("a text, a number, true, false or null", "write one of these") });

const numberSchema = z.number({ error: mustBe("a number", "write a number") });

const JSON_CONDITIONS = ["equals", "not_equals", "matches", "less_than", "greater_than", "exists"];
const JSON_PATH_MESSAGE = mustBe(
  `a JSONPath, as RFC 9535 has it, of 1 to ${JSON_PATH_LENGTH_MAX} characters`,
  "write for example $.status",
);
const jsonItemSchema = z.strictObject({
  path: z.string({ error: JSON_PATH_MESSAGE }).min(1, { error: JSON_PATH_MESSAGE })
    .max(JSON_PATH_LENGTH_MAX, { error: JSON_PATH_MESSAGE }),
  equals: scalarSchema.apply(mayBeAbsent),
  not_equals: scalarSchema.apply(mayBeAbsent),
  matches: patternSchema.apply(mayBeAbsent),
  less_than: numberSchema.apply(mayBeAbsent),
  greater_than: numberSchema.apply(mayBeAbsent),
  exists: yesOrNo().apply(mayBeAbsent),
}, { error: mustBe("a mapping with path and conditions", "write for example path: $.status") })
  .refine(hasOneOf(JSON_CONDITIONS), { error: conditionMissing(JSON_CONDITIONS) });

const HEADER_CONDITIONS = ["equals", "not_equals", "contains", "matches", "exists"];
const headerItemSchema = z.strictObject({
  name: z.string({ error: mustBe("the name of a header", "write for example content-type") })
    .regex(HEADER_NAME, { error: mustBe("the name of a header", "write for example etag") }),
  equals: text(EXPECTED_LENGTH_MAX).apply(mayBeAbsent),
  not_equals: text(EXPECTED_LENGTH_MAX).apply(mayBeAbsent),
  contains: text(EXPECTED_LENGTH_MAX).apply(mayBeAbsent),
  matches: patternSchema.apply(mayBeAbsent),
  exists: yesOrNo().apply(mayBeAbsent),
}, { error: mustBe("a mapping with name and conditions", "write for example name: etag") })
  .refine(hasOneOf(HEADER_CONDITIONS), { error: conditionMissing(HEADER_CONDITIONS) });

function hasOneOf(conditions: readonly string[]) {
  return (item: object) => conditions.some((condition) => condition in item);
}

function conditionMissing(conditions: readonly string[]): string {
  return mustBe(`compared by one of ${conditions.join(", ")}`, "add one of them");
}

function listOf<T extends z.ZodType>(item: T, what: string) {
  const error = mustBe(`a list of at most ${EXPECTATIONS_MAX} ${what}`, "write such a list");
  return z.array(item, { error }).min(1, { error }).max(EXPECTATIONS_MAX, { error });
}

const responseTimeSchema = z.union([
  duration(RESPONSE_TIME),
  z.strictObject({
    degraded: duration(RESPONSE_TIME).apply(mayBeAbsent)
      .describe("A check that takes longer is `degraded`."),
    down: duration(RESPONSE_TIME).apply(mayBeAbsent).describe("One that takes longer is `down`."),
  }).refine(({ degraded = 0, down = Infinity }) => degraded < down, {
    error: mustBe("limits of which degraded is the shorter one", "exchange them"),
  }),
], {
  error: mustBe(
    "a duration from 1ms to 10m, or a mapping with degraded and down",
    "write for example 2s",
  ),
});

const certificateDaysSchema = z.union([
  whole(CERTIFICATE_DAYS),
  z.strictObject({
    degraded: whole(CERTIFICATE_DAYS).apply(mayBeAbsent)
      .describe("With fewer days left the site is `degraded`."),
    down: whole(CERTIFICATE_DAYS).apply(mayBeAbsent).describe("With fewer days left it is `down`."),
  }).refine(({ degraded = Infinity, down = 0 }) => degraded > down, {
    error: mustBe("limits of which degraded is the larger one", "exchange them"),
  }),
], {
  error: mustBe(
    `a number of days from 0 to ${CERTIFICATE_DAYS.max}, or a mapping with degraded and down`,
    "write for example 14",
  ),
});

const SIZE_MESSAGE = mustBe("a mapping with min, max or both", "write for example min: 1KiB");
const sizeSchema = z.strictObject({
  min: size(BODY).apply(mayBeAbsent).describe("Decoded bytes that the body must have."),
  max: size(BODY).apply(mayBeAbsent).describe("Decoded bytes that it may have."),
}, { error: SIZE_MESSAGE })
  .refine(hasOneOf(["min", "max"]), { error: SIZE_MESSAGE })
  .refine(({ min = 0, max = Infinity }) => min <= max, {
    error: mustBe("bounds of which min is the lower one", "exchange them"),
  });

export const expectSchema = z.strictObject({
  status: statusRanges().apply(mayBeAbsent).describe(
    "Status codes that are right: `200`, `200-299`, `2xx`, not `!404`, or a list. Below 400 when absent.",
  ),
  header: listOf(headerItemSchema, "headers, each a mapping with name and conditions")
    .apply(mayBeAbsent).describe(
      "What headers of the answer must be: `equals`, `not_equals`, `contains`, `matches`, `exists`.",
    ),
  body: bodySchema.apply(mayBeAbsent),
  json: listOf(jsonItemSchema, "values, each a mapping with path and conditions").apply(mayBeAbsent)
    .describe(
      "What the values at a JSONPath (RFC 9535) must be: `equals`, `not_equals`, `matches`, `less_than`, `greater_than`, `exists`.",
    ),
  size: sizeSchema.apply(mayBeAbsent),
  response_time: responseTimeSchema.apply(mayBeAbsent)
    .describe("How long the check may take. A single value is that of `down`."),
  certificate_days: certificateDaysSchema.apply(mayBeAbsent).describe(
    "Days that the certificate must still be valid for. A single value is that of `degraded`.",
  ),
  invert: yesOrNo().apply(mayBeAbsent)
    .describe("True when the site must not be as expected: what would be up is down."),
}, { error: mustBe("a mapping of expectations", "write for example status: 2xx") });

/** The section `expect`. */
export type ExpectConfig = z.output<typeof expectSchema>;
