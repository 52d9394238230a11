/**
 * The messages of the schema: its rules in words. Most continue a sentence that begins with the
 * value, `is not a whole number from 1 to 64`; others stand alone.
 */
import * as z from "zod";

const NAMED_KEYS_MAX = 6;

/** zod's error map, for schemas without a message of their own. */
export function brokenRule(issue: z.core.$ZodRawIssue): string {
  const schema = issue.schema ?? issue.inst;
  // Not a message yet: whoever words it looks for the key that was probably meant.
  if (issue.code === "unrecognized_keys") {
    const known = schema instanceof z.ZodObject
      ? Object.keys(schema.shape)
      : ((schema as z.ZodRecord).keyType as z.ZodEnum).options;
    return known.join();
  }
  return ruleOf(schema as z.ZodType);
}

/** The message for a value that the schema refuses. */
export function ruleOf(schema: z.ZodType): string {
  const own = schema.def.error?.({ code: "custom", input: undefined } as never);
  if (typeof own === "string") return own;
  if (schema instanceof z.ZodCodec) return ruleOf(schema.in as z.ZodType);
  if (schema instanceof z.ZodUnion) {
    const rules = schema.options.map((option) => ruleOf(option as z.ZodType));
    return `is neither ${rules.map((rule) => rule.replace(/^is not /, "")).join(" nor ")}`;
  }
  return `is not ${nounOf(schema)}`;
}

/** All keys of a small mapping, the required ones of a large one. */
function mappingOf(shape: z.core.$ZodShape): string {
  const keys = Object.keys(shape);
  const named = keys.length <= NAMED_KEYS_MAX
    ? keys
    : keys.filter((key) => shape[key]!._zod.optin === undefined);
  return named.length === 0 ? "a mapping of keys" : `a mapping with ${named.join(", ")}`;
}

function nounOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodObject) return mappingOf(schema.shape);
  if (schema instanceof z.ZodRecord) return "a mapping";
  if (schema instanceof z.ZodEnum) return `one of ${schema.options.join(", ")}`;
  if (schema instanceof z.ZodLiteral) return [...schema.values].join(" or ");
  if (schema instanceof z.ZodBoolean) return "true or false";
  if (schema instanceof z.ZodNumberFormat) {
    return `a whole number from ${schema.minValue} to ${schema.maxValue}`;
  }
  if (schema instanceof z.ZodNumber) return "a number";
  return "allowed here";
}
