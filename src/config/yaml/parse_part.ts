/** A part of a YAML file, checked by its schema. */
import type * as z from "zod";
import type { Mistake } from "../config_error.ts";
import { brokenRule } from "../schema/messages.ts";
import type { Exact } from "../schema/scalar.ts";
import { type Checked, issueMistakes } from "./issue_mistakes.ts";
import { type Path, pathKey, valueAt } from "./yaml_source.ts";

type Issue = z.core.$ZodIssue;

export interface Part extends Omit<Checked, "value"> {
  /** In place of the source's own value at the path. */
  readonly value?: unknown;
  readonly mistakes: Mistake[];
}

type Parsed<S extends z.ZodType> = Exact<z.output<S>>;

/**
 * The part as its type. Its mistakes are reported, and what has none is returned, so that later
 * steps can check it; undefined when nothing is left.
 */
export function parsePart<S extends z.ZodType>(schema: S, part: Part): Parsed<S> | undefined {
  const { source, at, value = valueAt(source.value, at), mistakes } = part;
  const first = schema.safeParse(value);
  if (first.success) return first.data as Parsed<S>;
  const typed = retyped(value, first.error.issues, part);
  const second = schema.safeParse(typed, { error: brokenRule });
  if (second.success) return second.data as Parsed<S>;
  const { issues } = second.error;
  const found = issueMistakes(issues, { ...part, value: typed });
  mistakes.push(...found.filter((mistake) => !source.isDoubtful(mistake)));
  return validRest(schema, typed, issues);
}

/** Removes what has issues, and then what lacks what was removed, until the rest is valid. */
function validRest<S extends z.ZodType>(
  schema: S,
  value: unknown,
  issues: readonly Issue[],
): Parsed<S> | undefined {
  for (let rest = issues; rest.length > 0;) {
    for (const path of rest.flatMap(faultyPaths)) {
      if (!remove(value, path)) return undefined;
    }
    const result = schema.safeParse(value);
    if (result.success) return result.data as Parsed<S>;
    rest = result.error.issues;
  }
  return undefined;
}

function faultyPaths(issue: Issue): Path[] {
  const keys = issue.code === "unrecognized_keys" ? issue.keys : undefined;
  const paths = keys?.map((key) => [...issue.path, key]) ?? [issue.path];
  return paths.map(beforeList);
}

/** A list is removed as a whole: without one of its items, the others would have other indexes. */
function beforeList(path: Path): Path {
  const index = path.findIndex((step) => typeof step === "number");
  return index < 0 ? path : path.slice(0, index);
}

/** Deletes what is at a path, or else the mapping around it; false when that is everything. */
function remove(value: unknown, path: Path): boolean {
  if (path.length === 0) return false;
  const around = path.slice(0, -1);
  const parent = valueAt(value, around);
  const key = path.at(-1)!;
  if (typeof parent === "object" && parent !== null && Object.hasOwn(parent, key)) {
    return Reflect.deleteProperty(parent, key);
  }
  return remove(value, around);
}

/** References give text: where a number or a boolean is expected, the text is read as one. */
function retyped(value: unknown, issues: readonly Issue[], { source, at }: Part): unknown {
  const copy = structuredClone(value);
  for (const { path } of issues) {
    const key = pathKey([...at, ...path]);
    const scalar = source.raw.has(key) ? scalarOf(valueAt(value, path)) : undefined;
    const parent = valueAt(copy, path.slice(0, -1));
    if (scalar === undefined || typeof parent !== "object" || parent === null) continue;
    Object.assign(parent, { [path.at(-1)!]: scalar });
    // A port or a boolean is not secret, and hiding each "1" in logs helps nobody.
    source.secrets.delete(key);
  }
  return copy;
}

function scalarOf(value: unknown): number | boolean | undefined {
  if (value === "true" || value === "false") return value === "true";
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}
