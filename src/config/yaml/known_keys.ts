/** The keys that the schema knows in each of its mappings. */
import * as z from "zod";
import type { Path } from "./yaml_source.ts";

/** The keys of the mapping that a schema expects at a path; none when it expects no mapping there. */
export function knownKeys(schema: z.ZodType, path: Path): readonly string[] {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodUnion) {
    return inner.options.flatMap((option) => knownKeys(option as z.ZodType, path));
  }
  const [step, ...rest] = path;
  if (inner instanceof z.ZodArray && step !== undefined) {
    return knownKeys(inner.element as z.ZodType, rest);
  }
  if (!(inner instanceof z.ZodObject)) return [];
  if (step === undefined) return Object.keys(inner.shape);
  const child = inner.shape[String(step)];
  return child === undefined ? [] : knownKeys(child, rest);
}

/** The schema within defaults and {@linkcode mayBeAbsent}. */
export function unwrapped(schema: z.ZodType): z.ZodType {
  const isAround = schema instanceof z.ZodPrefault || schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodOptional;
  if (isAround) {
    return unwrapped(schema.unwrap() as z.ZodType);
  }
  return schema;
}
