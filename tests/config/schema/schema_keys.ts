/** Every key of the schema, as documentation names it. */
import * as z from "zod";
import { ruleOf } from "../../../src/config/schema/messages.ts";
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
  const settings = (unwrapped(defaults) as z.ZodObject).shape;
  return [...keysOf(rest, ""), ...keysOf({ ...siteSchema.shape, ...settings }, "site.")];
}

function keysOf(shape: z.core.$ZodShape, prefix: string): SchemaKey[] {
  return Object.entries(shape).flatMap(([key, schema]) =>
    keyAndInner(`${prefix}${key}`, schema as z.ZodType)
  );
}

function keyAndInner(name: string, schema: z.ZodType): SchemaKey[] {
  const inner = unwrapped(schema);
  const within = mappingsIn(inner, name).flatMap(({ shape, prefix }) => keysOf(shape, prefix));
  if (inner instanceof z.ZodObject) return within;
  const description = schema.description ?? inner.description ?? "";
  return [{ name, description, values: valuesOf(inner), standard: standardOf(schema) }, ...within];
}

/** Mappings at a key: itself, one of several forms, or what a list or a mapping of names holds. */
function mappingsIn(
  schema: z.ZodType,
  name: string,
): { shape: z.core.$ZodShape; prefix: string }[] {
  if (schema instanceof z.ZodObject) return [{ shape: schema.shape, prefix: `${name}.` }];
  if (schema instanceof z.ZodUnion) {
    return schema.options.flatMap((option) =>
      option instanceof z.ZodObject ? mappingsIn(option, name) : []
    );
  }
  if (schema instanceof z.ZodRecord) {
    return mappingsIn(schema.valueType as z.ZodType, `${name}.NAME`);
  }
  // The items of an expectation are explained at its own key.
  return schema instanceof z.ZodArray && !name.startsWith("site.expect.")
    ? mappingsIn(schema.element as z.ZodType, name)
    : [];
}

/** What a value must be, from the message for one that it must not. */
function valuesOf(schema: z.ZodType): string {
  return ruleOf(schema).replace(/^is (not|neither) /, "").replace(" nor ", " or ");
}

function standardOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodOptional) return "none";
  if (!(schema instanceof z.ZodPrefault)) return "required";
  const value = schema.def.defaultValue;
  const isEmpty = typeof value === "object" && Object.keys(value as object).length === 0;
  return isEmpty ? "none" : `\`${flow(value)}\``;
}

/** As a file has it on one line. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value !== "object") return String(value);
  return `{${Object.entries(value!).map(([key, inner]) => `${key}: ${flow(inner)}`).join(", ")}}`;
}

/** The schema within its default, or within that of an optional key. */
function unwrapped(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional
    ? unwrapped(schema.unwrap() as z.ZodType)
    : schema;
}
