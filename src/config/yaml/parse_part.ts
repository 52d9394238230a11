/** A part of a YAML file, checked by its schema, whose issues are reported at their places in the file. */
import type * as z from "zod";
import type { Place } from "../config_error.ts";
import { isCredential } from "../credentials.ts";
import { placesOf } from "../schema/key_places.ts";
import { brokenRule } from "../schema/messages.ts";
import type { Exact } from "../schema/scalar.ts";
import { isReference } from "./interpolate.ts";
import { HIDDEN_VALUE, kindOf, nearest, shownKey, shownValue } from "./shown_value.ts";
import { exactly, keyName, type Path, pathKey, valueAt, type YamlSource } from "./yaml_source.ts";

/** What zod calls the types of mappings and lists. */
const COLLECTIONS: readonly string[] = ["object", "record", "array"];
type Issue = z.core.$ZodIssue;
type Parsed<S extends z.ZodType> = Exact<z.output<S>>;

export interface Part {
  readonly source: YamlSource;
  readonly at: Path;
  /** What messages call that path, when it differs: `sites` for one of them. */
  readonly name?: string;
  /** In place of the source's own value at the path. */
  readonly value?: unknown;
}

/**
 * The part as its type. Its mistakes are reported, and what has none is returned, so that later
 * steps can check it; undefined when nothing is left.
 */
export function parsePart<S extends z.ZodType>(schema: S, part: Part): Parsed<S> | undefined {
  const { source, at, value = valueAt(source.value, at) } = part;
  const first = schema.safeParse(value);
  if (first.success) return first.data as Parsed<S>;
  const typed = retyped(value, first.error.issues, part);
  const second = schema.safeParse(typed, { error: brokenRule });
  if (second.success) return second.data as Parsed<S>;
  const { issues } = second.error;
  for (const issue of issues.flatMap(innermost)) reportIssue(issue, { ...part, value: typed });
  return validRest(schema, typed, issues);
}

/** A mapping without the keys that are the file's own, such as `x-common`, where anchors may stand. */
export function withoutExtensions(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith("x-")));
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

/** A list is removed as a whole: without one of its items, the others would have other indexes. */
function faultyPaths(issue: Issue): Path[] {
  const keys = issue.code === "unrecognized_keys" ? issue.keys : undefined;
  const paths = keys?.map((key) => [...issue.path, key]) ?? [issue.path];
  return paths.map((path) => {
    const index = path.findIndex((step) => typeof step === "number");
    return index < 0 ? path : path.slice(0, index);
  });
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

function scalarOf(value: unknown): unknown {
  if (value === "true" || value === "false") return value === "true";
  if (typeof value !== "string" || !/^-?\d+(\.\d+)?$/.test(value)) return undefined;
  return exactly(Number(value), value);
}

/** Of a union with a mapping, what is wrong inside the mapping says more than "neither this nor that". */
function innermost(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const inside = issue.errors.find((errors) =>
    errors.some(({ code, path }) => path.length > 0 || code === "unrecognized_keys")
  );
  const isOfMapping = inside?.every(({ path }) => typeof path[0] !== "number");
  if (inside === undefined || !isOfMapping) return [issue];
  return inside.flatMap(innermost)
    .map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** Reports an issue, unless it only follows from another mistake. */
function reportIssue(issue: Issue, { source, at, name: root, value: whole }: Part): void {
  const path = [...at, ...issue.path];
  const named = [...(root === undefined ? [] : [root]), ...issue.path];
  const name = keyName(named);
  const reportAt = (place: Place, message: string) => {
    if (!source.isDoubtful(place)) source.reportAt(place, message);
  };
  if (issue.code === "unrecognized_keys") {
    const known = issue.message.split(",");
    for (const key of issue.keys) {
      const message = `unknown key "${keyName([...named, key])}"${suggestion(key, known, named)}`;
      reportAt(source.keyPlace([...path, key]), message);
    }
    return;
  }
  if (source.unresolved.has(pathKey(path))) return;
  if (issue.code === "invalid_key") {
    const shown = shownKey(String(path.at(-1)));
    const message = `invalid key "${name}": "${shown}" ${issue.issues[0]!.message}`;
    return reportAt(source.keyPlace(path), message);
  }
  const wrong = valueAt(whole, issue.path);
  if (wrong === undefined) {
    if (!source.isBroken) source.report(path, `"${name}" is required`);
    return;
  }
  const subject = name === "" ? "configuration" : `"${name}"`;
  const isScalar = issue.code !== "invalid_type" || !COLLECTIONS.includes(issue.expected);
  const option = typeof wrong === "string" ? nearest(wrong, optionsOf(issue)) : undefined;
  const value = !isScalar
    ? kindOf(wrong)
    : option === undefined
    ? shownAt(wrong, path, source)
    : JSON.stringify(wrong);
  const shown = issue.message.startsWith("is ") ? `${value} ` : "";
  const hint = option === undefined ? "" : `; did you mean "${option}"?`;
  reportAt(source.place(path), `invalid ${subject}: ${shown}${issue.message}${hint}`);
}

/** For a key at the top of a file, also where it belongs. */
function suggestion(key: string, known: readonly string[], at: Path): string {
  const near = nearest(key, known);
  const elsewhere = at.length === 0 ? placesOf(key) : [];
  const meant = near === undefined ? elsewhere : [near];
  return meant.length === 0 ? "" : `; did you mean ${meant.map((it) => `"${it}"`).join(" or ")}?`;
}

/** The words that an issue would have allowed. */
function optionsOf(issue: Issue): string[] {
  if (issue.code === "invalid_union") return issue.errors.flat().flatMap(optionsOf);
  return issue.code === "invalid_value" ? issue.values.map(String) : [];
}

/** What references stand for is never shown, and no credential. */
function shownAt(value: unknown, path: Path, source: YamlSource): string {
  const raw = source.raw.get(pathKey(path));
  if (raw !== undefined) return isReference(raw) ? `the value of "${raw}"` : HIDDEN_VALUE;
  return isCredential(path) ? HIDDEN_VALUE : shownValue(value);
}
