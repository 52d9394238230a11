/** The schema of `expect`: what a site must answer. */
import * as z from "zod";
import { DAY_MS } from "../../runtime/time_units.ts";
import type { Limits, StatusRange } from "../site.ts";
import { duration, size } from "./duration_and_size.ts";
import { formatDuration, KIB, MIB } from "./quantity.ts";
import {
  EXPECTATIONS_MAX,
  EXPECTED_LENGTH_MAX,
  patterns,
  patternSchema,
  texts,
} from "./pattern_schema.ts";
import { OWN_EXPECTATIONS } from "./protocols/protocols.ts";
import { type Exact, text, whole } from "./scalar.ts";

/** HTTP has 100 to 599; some servers answer up to 999, and one may want to expect that. */
const STATUS = { min: 100, max: 999 };
/** Longer lists than this are better written as ranges. */
const RANGES_MAX = 32;
const JSON_PATH_LENGTH_MAX = KIB;
/** A check may take ten minutes at most, a run that others tell of longer; a report has a day at most. */
const RESPONSE_TIME = { minMs: 1, maxMs: DAY_MS };
/** Public authorities issue certificates for at most 398 days, private ones for years. */
const CERTIFICATE_DAYS = { min: 0, max: 3_650 };
/** No more of a body than this is ever read. */
const BODY = { minBytes: 0, maxBytes: 64 * MIB };

const STATUS_FORM = /^(!?)(?:(\d)xx|(\d{3})(?:-(\d{3}))?)$/;
const STATUS_RULE = `is not a status code from ${STATUS.min} to ${STATUS.max}, such as 200, ` +
  `200-299, 2xx or "!404", or a list of at most ${RANGES_MAX}`;

const one = z.union([z.number(), z.string()], { error: STATUS_RULE });
const range = z.object({ first: z.number(), last: z.number(), negated: z.boolean() });

/** Status codes as ranges; `z.encode` writes them back as a list. */
const statusSchema = z.codec(
  z.union([one, z.array(one).min(1).max(RANGES_MAX)], { error: STATUS_RULE }),
  z.array(range),
  {
    decode(value, context) {
      const parsed = (Array.isArray(value) ? value : [value]).map(parseStatusRange);
      if (parsed.every((range) => range !== undefined)) return parsed;
      const wrong = parsed.indexOf(undefined);
      const [input, path] = Array.isArray(value) ? [value[wrong], [wrong]] : [value, []];
      context.issues.push({ code: "custom", input, path, message: STATUS_RULE });
      return z.NEVER;
    },
    encode: (ranges) => ranges.map(formatStatusRange),
  },
);

function parseStatusRange(value: number | string): StatusRange | undefined {
  const [, not, hundred, from, to] = STATUS_FORM.exec(String(value)) ?? [];
  if (not === undefined) return undefined;
  const first = hundred === undefined ? Number(from) : Number(hundred) * 100;
  const last = hundred === undefined ? Number(to ?? from) : first + 99;
  if (first < STATUS.min || last > STATUS.max || last < first) return undefined;
  return { first, last, negated: not === "!" };
}

function formatStatusRange({ first, last, negated }: StatusRange): number | string {
  if (first === last && !negated) return first;
  return `${negated ? "!" : ""}${first === last ? first : `${first}-${last}`}`;
}

function listOf<T extends z.ZodType>(item: T, of: string) {
  return z.array(item, { error: `is not a list of 1 to ${EXPECTATIONS_MAX} ${of}` })
    .min(1).max(EXPECTATIONS_MAX);
}

const bodySchema = z.strictObject({
  contains: texts.optional().describe("Text that the body must contain."),
  not_contains: texts.optional().describe("Text that the body must not contain."),
  matches: patterns.optional().describe("Patterns that must match somewhere in the body."),
  not_matches: patterns.optional().describe("Patterns that must not match anywhere in the body."),
});

/** An integer that JavaScript's numbers do not hold exactly is a `bigint`. */
const numberSchema = z.union([z.number(), z.bigint()], { error: "is not a number" });

const scalarSchema = z.union(
  [z.string().max(EXPECTED_LENGTH_MAX), z.number(), z.bigint(), z.boolean(), z.null()],
  { error: "is not text, a number, true, false or null" },
);

const jsonPathSchema = z.string({
  error: `is not a JSONPath of 1 to ${JSON_PATH_LENGTH_MAX} characters, such as $.status`,
}).min(1).max(JSON_PATH_LENGTH_MAX);

const jsonItemSchema = conditional({ path: jsonPathSchema }, {
  equals: scalarSchema.optional(),
  not_equals: scalarSchema.optional(),
  matches: patternSchema.optional(),
  less_than: numberSchema.optional(),
  greater_than: numberSchema.optional(),
  exists: z.boolean().optional(),
});

/** RFC 9110, section 5.6.2. */
export const headerNameSchema = z.string({ error: "is not the name of a header" })
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/);

const headerItemSchema = conditional({ name: headerNameSchema }, {
  equals: text(EXPECTED_LENGTH_MAX).optional(),
  not_equals: text(EXPECTED_LENGTH_MAX).optional(),
  contains: text(EXPECTED_LENGTH_MAX).optional(),
  matches: patternSchema.optional(),
  exists: z.boolean().optional(),
});

/** What is looked at, and conditions of which it must have one at least. */
function conditional<S extends z.core.$ZodShape, C extends z.core.$ZodShape>(
  subject: S,
  conditions: C,
) {
  const names = Object.keys(conditions);
  return z.strictObject({ ...subject, ...conditions })
    .refine((item) => names.some((name) => name in item), {
      error: `no condition; add one of ${names.join(", ")}`,
    });
}

const responseTimeSchema = z.union([
  duration(RESPONSE_TIME),
  z.strictObject({
    degraded: duration(RESPONSE_TIME).optional()
      .describe("A check that takes longer is `degraded`."),
    down: duration(RESPONSE_TIME).optional().describe("A check that takes longer is `down`."),
  }).refine(({ degraded = 0, down = Infinity }) => degraded < down, {
    error: ({ input }) => {
      const limits = input as Required<Limits>;
      const [degraded, down] = [limits.degraded, limits.down].map(formatDuration);
      return `degraded (${degraded}) must be shorter than down (${down})`;
    },
  }),
]);

const certificateDaysSchema = z.union([
  whole(CERTIFICATE_DAYS),
  z.strictObject({
    degraded: whole(CERTIFICATE_DAYS).optional()
      .describe("With fewer days left, the site is `degraded`."),
    down: whole(CERTIFICATE_DAYS).optional().describe("With fewer days left, the site is `down`."),
  }).refine(({ degraded = Infinity, down = 0 }) => degraded > down, {
    error: ({ input }) => {
      const { degraded, down } = input as Required<Limits>;
      return `degraded (${degraded}) must be more than down (${down})`;
    },
  }),
]);

const sizeSchema = z.strictObject({
  min: size(BODY).optional().describe("Minimum size of the decoded body."),
  max: size(BODY).optional().describe("Maximum size of the decoded body."),
})
  .refine((bounds) => "min" in bounds || "max" in bounds, {
    error: "no bound; add min, max or both",
  })
  .refine(({ min = 0, max = Infinity }) => min <= max, { error: "min must not exceed max" });

export const expectSchema = z.strictObject({
  status: statusSchema.optional().describe(
    "Expected status codes: `200`, `200-299`, `2xx`, `!404` for all except 404, or a list. Below 400 when absent.",
  ),
  header: listOf(headerItemSchema, "mappings with name and conditions").optional().describe(
    "What response headers must be: `equals`, `not_equals`, `contains`, `matches`, `exists`.",
  ),
  body: bodySchema.optional(),
  json: listOf(jsonItemSchema, "mappings with path and conditions").optional().describe(
    "What the values at a JSONPath (RFC 9535) must be: `equals`, `not_equals`, `matches`, `less_than`, `greater_than`, `exists`.",
  ),
  size: sizeSchema.optional(),
  response_time: responseTimeSchema.optional()
    .describe("How long the check may take. A single value sets `down`."),
  certificate_days: certificateDaysSchema.optional()
    .describe(
      "Days for which the certificate must still be valid. A single value sets `degraded`.",
    ),
  invert: z.boolean().optional()
    .describe("Inverts the outcome: a site that meets all other expectations is `down`."),
  ...OWN_EXPECTATIONS,
});

export type ExpectConfig = Exact<z.output<typeof expectSchema>>;
