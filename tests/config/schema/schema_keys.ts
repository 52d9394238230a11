/** Every key of the schema, as documentation names it. */
import * as z from "zod";
import { unwrapped } from "../../../src/config/yaml/known_keys.ts";
import { partsOf } from "../../../src/config/schema/must_be.ts";
import { configSchema } from "../../../src/config/schema/schema.ts";
import { siteSchema } from "../../../src/config/schema/site_schema.ts";

export interface SchemaKey {
  /** `kafka.tls.ca`; those of a site and of `defaults` begin with `site.` */
  readonly name: string;
  readonly description: string;
  /** What it must be, in the words of the schema's own mistakes. */
  readonly values: string;
  /** The default as a file has it, in backticks; or `required`, or `none`. */
  readonly standard: string;
}

/** All of them, a mapping before the keys in it. */
export function schemaKeys(): SchemaKey[] {
  const { defaults, sites: _, ...rest } = configSchema.shape;
  const { name, url } = siteSchema.shape;
  const settings = (unwrapped(defaults) as z.ZodObject).shape;
  return [...keysOf(rest, ""), ...keysOf({ name, url, ...settings }, "site.")];
}

function keysOf(shape: z.core.$ZodShape, prefix: string): SchemaKey[] {
  return Object.entries(shape).flatMap(([key, schema]) =>
    keyAndInner(`${prefix}${key}`, schema as z.ZodType)
  );
}

function keyAndInner(name: string, schema: z.ZodType): SchemaKey[] {
  const inner = unwrapped(schema);
  const mappings = inner instanceof z.ZodUnion ? inner.options : [inner];
  const within = mappings.flatMap((option) =>
    option instanceof z.ZodObject ? keysOf(option.shape, `${name}.`) : []
  );
  if (inner instanceof z.ZodObject) return within;
  const description = schema.description ?? inner.description ?? "";
  return [{ name, description, values: valuesOf(inner), standard: standardOf(schema) }, ...within];
}

/** A value that nothing takes makes a schema say what it wants. */
function valuesOf(schema: z.ZodType): string {
  const message = schema.safeParse(Symbol("nothing")).error!.issues[0]!.message;
  return partsOf(message).what;
}

function standardOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodExactOptional) return "none";
  if (!(schema instanceof z.ZodPrefault)) return "required";
  const value = schema.def.defaultValue;
  const isEmpty = typeof value === "object" && Object.keys(value as object).length === 0;
  return isEmpty ? "none" : `\`${value}\``;
}
