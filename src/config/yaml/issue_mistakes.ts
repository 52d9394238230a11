/** Issues of the schema as mistakes: messages at their places in the file. */
import leven from "leven";
import type * as z from "zod";
import { publicUrl } from "../../report/public_url.ts";
import type { Mistake } from "../config_error.ts";
import { isCredential, isUrl } from "../credentials.ts";
import { type Path, pathKey, valueAt, type YamlSource } from "./yaml_source.ts";

type Issue = z.core.$ZodIssue;

/** A word that differs by more edits is another word, not a typing error. */
const EDITS_MAX = 3;
/** Longer values are cut. */
const SHOWN_LENGTH_MAX = 60;

/** What the issues are about. */
export interface Checked {
  readonly source: YamlSource;
  /** The path of the value that was checked. */
  readonly at: Path;
  /** What messages call that path, when it differs: `sites` for one of them. */
  readonly name?: string;
  readonly value: unknown;
}

/** The mistakes that the issues are, without those that only follow from others. */
export function issueMistakes(issues: readonly Issue[], checked: Checked): Mistake[] {
  return issues.flatMap(innermost).flatMap((issue) => mistakesOf(issue, checked));
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

function mistakesOf(issue: Issue, checked: Checked): Mistake[] {
  const { source, at, value } = checked;
  const path = [...at, ...issue.path];
  const name = nameOf(issue.path, checked);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      ...source.keyPlace([...path, key]),
      message: unknownKey(key, nameOf([...issue.path, key], checked), issue.message.split(",")),
    }));
  }
  if (source.unresolved.has(pathKey(path))) return [];
  if (issue.code === "invalid_key") {
    const shown = quoted(String(path.at(-1)));
    const message = `invalid key "${name}": ${shown} ${issue.issues[0]!.message}`;
    return [{ ...source.keyPlace(path), message }];
  }
  const wrong = valueAt(value, issue.path);
  if (wrong === undefined) {
    return source.isBroken ? [] : [{ ...source.place(path), message: `"${name}" is required` }];
  }
  const subject = name === "" ? "configuration" : `"${name}"`;
  const shown = issue.message.startsWith("is ") ? `${shownValue(wrong, path, source)} ` : "";
  return [{ ...source.place(path), message: `invalid ${subject}: ${shown}${issue.message}` }];
}

function unknownKey(key: string, name: string, known: readonly string[]): string {
  const [near] = known.map((word) => ({ word, edits: leven(key, word) }))
    .sort((a, b) => a.edits - b.edits);
  const isNear = near !== undefined && near.edits <= Math.min(EDITS_MAX, key.length - 1);
  return `unknown key "${name}"${isNear ? `; did you mean "${near.word}"?` : ""}`;
}

/** `kafka.tls.ca`, without indexes of lists: the place tells them apart. */
function nameOf(path: Path, { name }: Checked): string {
  const words = path.filter((step) => typeof step !== "number").map(String);
  return [...(name === undefined ? [] : [name]), ...words].join(".");
}

/** A value as a message may show it: cut, and without credentials and what references stand for. */
function shownValue(value: unknown, path: Path, source: YamlSource): string {
  const raw = source.raw.get(pathKey(path));
  if (isCredential(path)) return "the value (hidden)";
  if (raw !== undefined) return `the value of ${quoted(publicUrl(raw))}`;
  if (value === null) return "an empty value";
  if (Array.isArray(value)) {
    return `a list of ${value.length} ${value.length === 1 ? "item" : "items"}`;
  }
  if (typeof value === "string") return quoted(isUrl(path) ? publicUrl(value) : value);
  return typeof value === "object" ? "a mapping" : String(value);
}

function quoted(text: string): string {
  const cut = text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
  return JSON.stringify(cut);
}
