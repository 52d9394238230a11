/**
 * What a field's value may be: its Avro type, the rule of validation and what stands for "unknown".
 *
 * Avro has given a decoded value its type; a rule says what is wrong with it beyond that, as it
 * continues the field's name.
 */
import { type AvroReference, type AvroSchema, MICROS, type RecordSchema } from "./avro_schema.ts";
import { TIME_MAX, TIME_MIN } from "./bounds.ts";

/** Says what is wrong with a value; nothing when it is valid. */
export type Rule<T> = (value: T) => string | undefined;

export interface Value<T> {
  readonly type: AvroSchema;
  readonly rule: Rule<T>;
  readonly blank: T;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function flag(): Value<boolean> {
  return { type: "boolean", rule: () => undefined, blank: false };
}

export function int(min: number, max: number): Value<number> {
  return { type: "int", rule: between(min, max), blank: min };
}

export function long(min: number, max: number): Value<number> {
  return { type: "long", rule: between(min, max), blank: 0 };
}

/** Microseconds since 1970. */
export function time(min: number = TIME_MIN, max: number = TIME_MAX): Value<number> {
  return { type: MICROS, rule: between(min, max), blank: 0 };
}

export function text(lengthMin: number, lengthMax: number): Value<string> {
  return { type: "string", rule: textRule(lengthMin, lengthMax), blank: "" };
}

export function uuid(): Value<string> {
  const rule: Rule<string> = (value) =>
    UUID.test(value) ? undefined : ` is not a UUID: ${quoted(value)}`;
  return { type: "string", rule, blank: "" };
}

/** One of a closed list; the blank one is what is unknown. */
export function word<const T extends string>(words: readonly T[], blank: NoInfer<T>): Value<T> {
  const rule: Rule<T> = (value) =>
    words.includes(value) ? undefined : ` has an unknown value ${quoted(value)}`;
  return { type: "string", rule, blank };
}

export function nullable<T>({ type, rule }: Value<T>): Value<T | null> {
  // Avro wants a default's own type first in its union.
  return {
    type: ["null", type],
    rule: (value) => value === null ? undefined : rule(value),
    blank: null,
  };
}

export function list<T>(lengthMax: number, { type, rule }: Value<T>): Value<readonly T[]> {
  const listRule: Rule<readonly T[]> = (entries) => {
    if (entries.length > lengthMax) return tooMany(entries.length, lengthMax);
    for (const [index, entry] of entries.entries()) {
      const fault = rule(entry);
      if (fault) return `[${index}]${fault}`;
    }
    return undefined;
  };
  return { type: { type: "array", items: type }, rule: listRule, blank: [] };
}

type Texts = Readonly<Record<string, string>>;

/** Texts by name, both of this length at most. */
export function texts(countMax: number, lengthMax: number): Value<Texts> {
  const textFault = textRule(0, lengthMax);
  const rule: Rule<Texts> = (value) => {
    const entries = Object.entries(value);
    if (entries.length > countMax) return tooMany(entries.length, countMax);
    for (const [name, entry] of entries) {
      const fault = textFault(name) ?? textFault(entry);
      if (fault) return `[${quoted(name)}]${fault}`;
    }
    return undefined;
  };
  return { type: { type: "map", values: "string" }, rule, blank: {} };
}

/** The table of an object's fields; its type follows from it. */
export type Values<T> = { readonly [Name in keyof T]: Value<T[Name]> };

export type Valued<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends Value<infer T> ? T : never;
};

/** A record of a schema; what may be missing in it has the default `null`. */
export function record<T extends object>(
  name: AvroReference,
  values: Values<T>,
): Value<T> & { readonly type: RecordSchema } {
  const fields = entriesOf(values).map(([name, { type, blank }]) => {
    return { name, type, ...(blank === null ? { default: null } : {}) };
  });
  const rule: Rule<T> = (value) => {
    const fault = faultOf(values, value);
    return fault && `.${fault}`;
  };
  return { type: { type: "record", name, fields }, rule, blank: blankOf(values) };
}

/** A value of which nothing is known. */
export function blankOf<T extends object>(values: Values<T>): T {
  return Object.fromEntries(entriesOf(values).map(([name, { blank }]) => [name, blank])) as T;
}

function entriesOf<T extends object>(values: Values<T>): [name: string, Value<unknown>][] {
  return Object.entries(values);
}

/** The first fault of a value, with its field's name in front. */
export function faultOf<T extends object>(values: Values<T>, value: T): string | undefined {
  for (const name in values) {
    const fault = values[name].rule(value[name]);
    if (fault) return `${name}${fault}`;
  }
  return undefined;
}

function between(min: number, max: number): Rule<number> {
  return (value) =>
    value >= min && value <= max ? undefined : ` is ${value}; expected ${rangeText(min, max)}`;
}

function rangeText(min: number, max: number): string {
  return max === Infinity ? `at least ${min}` : `${min} to ${max}`;
}

function textRule(lengthMin: number, lengthMax: number): Rule<string> {
  return (value) => {
    if (value.length < lengthMin || value.length > lengthMax) {
      return ` has ${value.length} characters; expected ${rangeText(lengthMin, lengthMax)}`;
    }
    // PostgreSQL stores neither.
    if (value.includes("\0")) return ` has a NUL character at index ${value.indexOf("\0")}`;
    return value.isWellFormed() ? undefined : " is not valid Unicode: it has a lone surrogate";
  };
}

function tooMany(count: number, countMax: number): string {
  return ` has ${count} entries; expected at most ${countMax}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}
