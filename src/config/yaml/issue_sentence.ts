/** Issues of the schema as mistakes: sentences at their places. */
import leven from "leven";
import type * as z from "zod";
import { publicUrl } from "../../report/public_url.ts";
import type { Mistake } from "../config_error.ts";
import { isCredential, isUrl } from "../credentials.ts";
import { partsOf } from "../schema/must_be.ts";
import { type Path, pathKey, type YamlSource } from "./yaml_source.ts";

type Issue = z.core.$ZodIssue;

/** More edits than this make another word, not a slip. */
const EDITS_MAX = 3;
/** A longer value is cut where a sentence shows it. */
const SHOWN_LENGTH_MAX = 60;

/** What the issues are about. */
export interface Checked {
  readonly source: YamlSource;
  /** The value in the source that was checked. */
  readonly at: Path;
  /** Its path as people write it, when it differs: `sites` for one of them. */
  readonly name?: string;
  readonly value: unknown;
  /** The keys that are known in the mapping at a path. */
  readonly keysAt: (path: Path) => readonly string[];
}

/** The mistakes that the issues are, without those that only follow from others. */
export function issueMistakes(issues: readonly Issue[], checked: Checked): Mistake[] {
  return issues.flatMap(innermost)
    .flatMap((issue) => mistakesOf(issue, checked));
}

/** Of a union with a mapping, what is wrong in the mapping says more than "neither this nor that". */
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

function mistakesOf(issue: Issue, checked: Checked): Mistake[] {
  const { source } = checked;
  const path = [...checked.at, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey(key, issue.path, checked));
  }
  if (source.unresolved.has(pathKey(path))) return [];
  const name = nameOf(issue.path, checked);
  const value = valueAt(checked.value, issue.path);
  if (value === undefined) {
    if (source.isBroken) return [];
    return [{ ...source.place(path), message: missingSentence(name) }];
  }
  if (issue.code === "invalid_key") {
    const shown = quoted(String(issue.path.at(-1)));
    return [{ ...source.keyPlace(path), message: wrong(name, issue.issues[0]!.message, shown) }];
  }
  const message = wrong(name, issue.message, shownValue(value, path, source));
  return [{ ...source.place(path), message }];
}

function wrong(name: string, message: string, shown: string): string {
  const { what, remedy } = partsOf(message);
  const subject = name === "" ? "this configuration" : `"${name}"`;
  return `Cannot use ${subject} as it must be ${what}: it is ${shown}; ${remedy}`;
}

/** The sentence for a key that must be there. */
export function missingSentence(name: string): string {
  return `Cannot go on without "${name}" as it must be given: it is missing; add it`;
}

function unknownKey(key: string, path: Path, checked: Checked): Mistake {
  const known = checked.keysAt(path);
  const near = known.map((word) => ({ word, edits: leven(key, word) }))
    .sort((a, b) => a.edits - b.edits)[0];
  const isNear = near !== undefined && near.edits <= Math.min(EDITS_MAX, key.length - 1);
  const message =
    `Cannot use "${nameOf([...path, key], checked)}" as only known keys are allowed: ` +
    `it is unknown; ${isNear ? `write "${near.word}", or ` : ""}remove it`;
  return { ...checked.source.keyPlace([...checked.at, ...path, key]), message };
}

/** `kafka.tls.ca`; positions in lists are left out, since the place says them. */
function nameOf(path: Path, checked: Checked): string {
  const words = path.filter((step) => typeof step !== "number").map(String);
  return [...(checked.name === undefined ? [] : [checked.name]), ...words].join(".");
}

/** A value as a sentence may show it: cut, and without credentials and resolved references. */
function shownValue(value: unknown, path: Path, source: YamlSource): string {
  const written = source.written.get(pathKey(path));
  if (isCredential(path)) return "something else (it is hidden here)";
  if (written !== undefined) return `what ${quoted(publicUrl(written))} stands for`;
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return quoted(isUrl(path) ? publicUrl(value) : value);
  return typeof value === "object" ? "a mapping" : String(value);
}

function quoted(text: string): string {
  const cut = text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
  return JSON.stringify(cut);
}

/** The value at a path, or undefined when there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, step) =>
      typeof at === "object" && at !== null
        ? (at as Record<PropertyKey, unknown>)[step]
        : undefined,
    value,
  );
}
