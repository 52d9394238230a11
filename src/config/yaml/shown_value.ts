/**
 * How messages show what a file holds. A mistake may be a secret in the wrong place, or a file that
 * is no configuration at all, so that nothing is quoted but what nearly is what a key takes.
 */
import leven from "leven";
import { publicUrl } from "../../report/public_url.ts";

/** A word that differs by more edits is another word, not a typing error. */
const EDITS_MAX = 3;

/** What is typed by those who know another program, in lower case and without separators. */
const SYNONYMS: Readonly<Record<string, string>> = {
  bootstrapservers: "servers",
  broker: "server",
  brokers: "servers",
  database: "db",
  dbname: "db",
  hostname: "host",
  schemaname: "schema",
  ssl: "tls",
  sslmode: "tls",
  user: "username",
  username: "user",
  warn: "warning",
};

/** Of the known words, the one that was probably meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const plain = plainWord(word);
  const synonym = Object.hasOwn(SYNONYMS, plain) ? SYNONYMS[plain] : undefined;
  const same = known.find((it) => plainWord(it) === plain || it === synonym);
  if (same !== undefined) return same;
  const [near] = known.map((it) => ({ it, edits: leven(word, it) }))
    .sort((a, b) => a.edits - b.edits);
  const editsMax = Math.min(EDITS_MAX, Math.ceil(word.length / 2));
  const isNear = near !== undefined && near.edits <= editsMax;
  return isNear ? near.it : undefined;
}

/** That a name is none of the known ones, quoted if one of them was probably meant. */
export function unknownName(name: string, known: readonly string[], what: string): string {
  const near = nearest(name, known);
  return near === undefined
    ? `${shownValue(name)} is not ${what}`
    : `${JSON.stringify(name)} is not ${what}; did you mean ${JSON.stringify(near)}?`;
}

function plainWord(word: string): string {
  return word.toLowerCase().replaceAll(/[-_.]/g, "");
}

/** A name of a key or a part of one; a line of another file can be a key too. */
const KEY = /^[A-Za-z_][\w.-]{0,31}$/;

/** The key, unless it may be anything but a name. */
export function shownKey(key: string): string {
  return KEY.test(key) || key === "{…}" || key === "[…]" ? key : "…";
}

/** Text that is nearly what a key takes. */
const QUOTABLE = [
  // An amount and perhaps its unit: 5x, 5 minutes, 1_000, 10MB, -1.
  /^[+-]?\d[\d.,_]{0,15} ?[A-Za-z]{0,8}$/,
  // Checks or locations: 3 of 2 checks.
  /^\d{1,4} of \d{1,4}( [a-z]{0,9})?$/,
  // A status code: 2xy, 200-, !404.
  /^!?\d[\dx]{2}(-\d{0,3})?$/,
  // A host name of several labels, in lower case as tokens are not, or a host with its port.
  /^(\*\.)?[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+\.?(:\d{0,6})?$/,
  /^[a-z][a-z_-]{0,31}\d{0,3}:\d{1,5}$/,
  // An address, a range of them, and perhaps a port.
  /^\[?[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}\]?(\/\d{1,3}|:\d{1,6})?$/i,
  /^\d{1,3}(\.\d{1,3}){3}(\/\d{1,3}|:\d{1,6})?$/,
];
/** A URL's scheme and host; its path and query may be a token. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/([a-z0-9_.*-]+|\[[0-9a-f:.]+\])(:\d{1,6})?(?=([/?#]|$))/i;

/** Of a text that is not shown. */
export const HIDDEN_VALUE = "the value";

/** A value as messages may show it: quoted if it nearly is what a key takes, else by its kind. */
export function shownValue(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string") return kindOf(value);
  if (QUOTABLE.some((form) => form.test(value))) return JSON.stringify(value);
  const url = publicUrl(value);
  const [origin] = url.includes("@") ? [] : ORIGIN.exec(url) ?? [];
  if (origin === undefined) return HIDDEN_VALUE;
  const rest = url.slice(origin.length);
  return JSON.stringify(rest.length > 1 ? `${origin}/…` : `${origin}${rest}`);
}

export function kindOf(value: unknown): string {
  if (value === null) return "an empty value";
  if (Array.isArray(value)) {
    return `a list of ${value.length} ${value.length === 1 ? "item" : "items"}`;
  }
  if (typeof value === "object") return "a mapping";
  if (typeof value === "bigint") return "a number";
  return typeof value === "string" ? "text" : `a ${typeof value}`;
}
