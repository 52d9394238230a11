/** Where a key may stand in a configuration, for one that stands where it may not. */
import * as z from "zod";
import { configSchema } from "./schema.ts";

/** The key in the mappings that it belongs to, such as `scanner.concurrency`: the outermost of them. */
export function placesOf(key: string): readonly string[] {
  const places = namesIn(configSchema, "").filter((name) => name.endsWith(`.${key}`));
  const depths = places.map((name) => name.split(".").length);
  return places.filter((_, index) => depths[index] === Math.min(...depths));
}

/** Keys of mappings, also in lists and among other forms of a value; not below names of one's own. */
function namesIn(schema: z.core.$ZodType, prefix: string): string[] {
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return namesIn(schema.unwrap(), prefix);
  }
  if (schema instanceof z.ZodArray) return namesIn(schema.element, prefix);
  if (schema instanceof z.ZodUnion) {
    return schema.options.flatMap((option) => namesIn(option, prefix));
  }
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([key, value]) => [
    `${prefix}${key}`,
    ...namesIn(value, `${prefix}${key}.`),
  ]);
}
