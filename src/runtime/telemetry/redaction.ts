/** Keeps secrets out of all output: every known secret is replaced wherever it occurs. */

const HIDDEN = "***";

/**
 * Shorter secrets are not replaced: replacing every `a` would make logs unreadable and would reveal
 * the secret by what is missing.
 */
export const SECRET_LENGTH_MIN = 4;

/** Removes the secrets of the configuration from a text. */
export type Redact = (text: string) => string;

/** Gateways that encode a url again and again do it two or three times, and a page may quote it. */
const DECODINGS_MAX = 4;

/**
 * Returns a function that replaces each of the secrets with `***`, also as URLs, forms, JSON and HTML
 * write it, in every way to escape a character and up to four times over. Its time grows with the
 * text, hardly with the number of secrets: a configuration may have one for each of 100,000 sites,
 * and every report is redacted.
 */
export function redactor(secrets: readonly string[]): Redact {
  const long = secrets.filter((secret) => secret.length >= SECRET_LENGTH_MIN);
  const forms = [...new Set(long.flatMap(formsOf))];
  if (forms.length === 0) return (text) => text;
  const find = finder(forms);
  return (text) => {
    const bytes = asBytes(text);
    const ranges = find(bytes);
    for (const { view, starts } of decodings(bytes)) {
      for (const [from, to] of find(view)) ranges.push([starts[from]!, starts[to]!]);
    }
    return ranges.length === 0 ? text : asText(hide(bytes, ranges));
  };
}

type Range = readonly [from: number, to: number];

/** Where a text has one of the forms, in order; those that overlap are one range. */
type Finder = (text: string) => Range[];

function finder(forms: readonly string[]): Finder {
  const alike = Map.groupBy(forms, (form) => form.slice(0, SECRET_LENGTH_MIN)).entries()
    .map(([beginning, group]) => [beginning, new FormsAlike(group)] as const);
  const byBeginning = new Map(alike);
  return (text) => {
    const lengthAt = (at: number) =>
      byBeginning.get(text.slice(at, at + SECRET_LENGTH_MIN))?.lengthAt(text, at) ?? 0;
    const ranges: Range[] = [];
    for (let at = 0; at < text.length; at++) {
      const from = at;
      let end = at + lengthAt(at);
      if (end === at) continue;
      while (++at < end) end = Math.max(end, at + lengthAt(at));
      ranges.push([from, end]);
      at = end - 1;
    }
    return ranges;
  };
}

/**
 * Forms that begin alike, such as all tokens of one kind do: a site that repeats their beginning must
 * not make each of them be compared each time.
 */
class FormsAlike {
  readonly #sorted: readonly string[];
  /** For each form, where the longest other one is that it begins with; -1 when there is none. */
  readonly #within: readonly number[];
  readonly #lengthMax: number;

  constructor(forms: readonly string[]) {
    this.#sorted = forms.toSorted();
    this.#lengthMax = forms.reduce((longest, { length }) => Math.max(longest, length), 0);
    const within: number[] = [];
    for (const [index, form] of this.#sorted.entries()) {
      let other = index - 1;
      while (other >= 0 && !form.startsWith(this.#sorted[other]!)) other = within[other]!;
      within.push(other);
    }
    this.#within = within;
  }

  /** The length of the longest that the text has at a place, so that no rest of a secret remains. */
  lengthAt(text: string, at: number): number {
    const rest = text.slice(at, at + this.#lengthMax);
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorted[middle]! <= rest) low = middle + 1;
      else high = middle;
    }
    // What the rest begins with is before it in order, and begins all that is between.
    let index = low - 1;
    while (index >= 0 && !rest.startsWith(this.#sorted[index]!)) index = this.#within[index]!;
    return this.#sorted[index]?.length ?? 0;
  }
}

/** The text with `***` for each range; ranges that overlap are hidden as one. */
function hide(text: string, ranges: Range[]): string {
  let hidden = "";
  let kept = 0;
  let last = 0;
  for (const [from, to] of ranges.sort(([a], [b]) => a - b)) {
    if (from >= last) hidden += text.slice(kept, from) + HIDDEN;
    last = Math.max(last, to);
    kept = last;
  }
  return hidden + text.slice(kept);
}

/** A character as URLs, JSON and other code, and HTML escape it. */
const ESCAPE = new RegExp(
  [
    "%[0-9a-f]{2}",
    String
      .raw`\\u(?:d[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|[0-9a-f]{4})|\\x[0-9a-f]{2}|\\["'\\/bfnrt]`,
    "&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|amp|lt|gt|quot|apos);",
  ].join("|"),
  "i",
);
const ESCAPES = new RegExp(ESCAPE, "gi");
const NAMED = new Map([
  ...[["amp", "&"], ["lt", "<"], ["gt", ">"], ["quot", '"'], ["apos", "'"]],
  ...[["b", "\b"], ["f", "\f"], ["n", "\n"], ["r", "\r"], ["t", "\t"]],
] as [string, string][]);
const ASCII = /^[\0-\x7f]*$/;

/** A text with its escapes undone, and where in the original each byte of it, and its end, begins. */
interface Decoding {
  readonly view: string;
  readonly starts: readonly number[];
}

/** The bytes with their escapes undone once, twice and so on, as long as there are any. */
function* decodings(bytes: string): Iterable<Decoding> {
  let view = bytes;
  let starts: readonly number[] | undefined;
  for (let left = DECODINGS_MAX; left > 0 && ESCAPE.test(view); left--) {
    const decoding = decoded(view, starts);
    yield decoding;
    ({ view, starts } = decoding);
  }
}

function decoded(bytes: string, before: readonly number[] | undefined): Decoding {
  const startOf = (at: number) => before?.[at] ?? at;
  const starts: number[] = [];
  let view = "";
  let at = 0;
  const keepUntil = (end: number) => {
    view += bytes.slice(at, end);
    for (; at < end; at++) starts.push(startOf(at));
  };
  for (const { 0: escape, index } of bytes.matchAll(ESCAPES)) {
    keepUntil(index);
    const character = unescaped(escape.toLowerCase());
    for (const _ of character) starts.push(startOf(index));
    view += character;
    at = index + escape.length;
  }
  keepUntil(bytes.length);
  starts.push(startOf(at));
  return { view, starts };
}

/** The bytes that an escape in lower case stands for. */
function unescaped(escape: string): string {
  if (/^(%|\\x)/.test(escape)) return String.fromCharCode(parseInt(escape.slice(-2), 16));
  if (escape.startsWith("\\u")) {
    const units = escape.split("\\u").slice(1).map((unit) => parseInt(unit, 16));
    return asBytes(String.fromCharCode(...units));
  }
  const { hex, decimal, name } =
    /^[\\&](?:#x(?<hex>[0-9a-f]+)|#(?<decimal>[0-9]+)|(?<name>[^;]+));?$/.exec(escape)!.groups!;
  if (name !== undefined) return NAMED.get(name) ?? name;
  const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
  return asBytes(code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code));
}

/** UTF-8, one byte a character: what is invalid beside a secret must not keep it from being found. */
function asBytes(text: string): string {
  if (ASCII.test(text)) return text;
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

function asText(bytes: string): string {
  if (ASCII.test(bytes)) return bytes;
  return new TextDecoder("utf-8", { ignoreBOM: true })
    .decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}

/** How a secret looks in texts whose escapes are undone: itself, in a form, in a url's path and query. */
function formsOf(secret: string): string[] {
  const url = new URL("http://h/");
  url.search = secret;
  const query = url.search.slice(1);
  url.pathname = `/${secret}`;
  const forms = [secret, secret.replaceAll(" ", "+"), query, url.pathname.slice(1)].map(asBytes);
  // What looks like an escape in a secret is undone together with those around it.
  const undone = forms.flatMap((form) => [...decodings(form)].map(({ view }) => view));
  return [...forms, ...undone].filter((form) => form.length >= SECRET_LENGTH_MIN);
}
