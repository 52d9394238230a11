/** Scalar values of the schema, and the type of what it gives. */
import * as z from "zod";

/** A whole number within inclusive bounds. */
export function whole({ min, max }: { readonly min: number; readonly max: number }) {
  return z.int().min(min).max(max);
}

/** Text of one line that is not empty, of at most `lengthMax` characters. */
export function text(lengthMax: number) {
  const error = quotable(`is not one line of 1 to ${lengthMax} characters`);
  return z.string({ error }).regex(/^[^\p{Cc}\p{Cs}]+$/u).max(lengthMax);
}

/** As much as libpq reads of a password file's line. */
export function password(lengthMax = 1_024) {
  return text(lengthMax).describe("Password; better `${NAME}` or `${file:PATH}`.");
}

/** A name that needs no quotes in any place where labels are shown or matched. */
export function identifier() {
  return z.string({
    error: "is not a name of 1 to 63 letters, digits and underscores without a leading digit",
  }).regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/);
}

/** A rule for text, which YAML takes for a number when it consists of digits. */
export function quotable(rule: string) {
  return ({ input }: { readonly input?: unknown }) =>
    typeof input === "number" ? "is not text; put it in quotes" : rule;
}

/**
 * The path of a file, at most PATH_MAX of Linux, which no other system exceeds by much. What messages
 * about a missing file would quote and is none, a key itself or a URL, is refused.
 */
export function path() {
  return z.string({ error: "is not the path of a file" }).regex(/^(?!.*:\/\/)[^\p{Cc}]+$/u).max(
    4_096,
  );
}

const TIME_RULE = "is not a time such as 2026-12-01T22:00, with or without an offset";
/** A time, of which {@linkcode instantOf} makes one when it knows the zone. */
export function timeText() {
  return z.string({ error: TIME_RULE })
    .regex(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?$/)
    .refine((text) => instantOf(text, "UTC") !== undefined);
}

/** Of a time with an offset, or of one in the zone; undefined for 31 February. */
export function instantOf(text: string, zone: string): Temporal.Instant | undefined {
  try {
    return /(Z|[+-]\d\d:\d\d)$/.test(text)
      ? Temporal.Instant.from(text)
      : Temporal.PlainDateTime.from(text).toZonedDateTime(zone).toInstant();
  } catch {
    return undefined;
  }
}

/**
 * The type without the `undefined` that zod gives to optional keys: no file has such a value. Zod's
 * own `exactOptional()` tries the schema of each absent key, which takes three quarters of the time
 * that a site takes.
 */
export type Exact<T> = T extends readonly (infer Item)[] ? Exact<Item>[]
  : T extends object ? { [Key in keyof T]: Exact<Exclude<T[Key], undefined>> }
  : T;
