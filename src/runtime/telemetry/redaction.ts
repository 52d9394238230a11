/** Keeps secrets out of all output: every known secret is replaced wherever it occurs. */

const HIDDEN = "***";

/**
 * Shorter secrets are not replaced: replacing every `a` would make logs unreadable and would reveal
 * the secret by what is missing.
 */
export const SECRET_LENGTH_MIN = 4;

/** Removes the secrets of the configuration from a text. */
export type Redact = (text: string) => string;

/** Gateways that encode a url again and again do it two or three times. */
const DECODINGS_MAX = 4;

/**
 * Returns a function that replaces each of the secrets with `***`, also as URLs and JSON encode it,
 * and in every percent-encoding. Its time grows with the text, hardly with the number of secrets: a
 * configuration may have one for each of 100,000 sites, and every report is redacted.
 */
export function redactor(secrets: readonly string[]): Redact {
  const long = secrets.filter((secret) => secret.length >= SECRET_LENGTH_MIN);
  const forms = [...new Set(long.flatMap(formsOf))];
  if (forms.length === 0) return (text) => text;
  const find = finder(forms.map(asBytes));
  return (text) => {
    const bytes = asBytes(text);
    const ranges = find(bytes);
    let view = bytes;
    let starts: readonly number[] | undefined;
    for (let left = DECODINGS_MAX; left > 0 && PERCENT.test(view); left--) {
      starts = percentStarts(view, starts);
      view = view.replaceAll(PERCENTS, (code) => String.fromCharCode(parseInt(code.slice(1), 16)));
      for (const [from, to] of find(view)) ranges.push([starts[from]!, starts[to]!]);
    }
    return ranges.length === 0 ? text : asText(hide(bytes, ranges));
  };
}

type Range = readonly [from: number, to: number];

/** Where a text has one of the forms, in order; those that overlap are one range. */
type Finder = (text: string) => Range[];

function finder(forms: readonly string[]): Finder {
  const byBeginning = Map.groupBy(forms, (form) => form.slice(0, SECRET_LENGTH_MIN));
  // The longest first, so that no rest of a secret that contains another remains.
  for (const group of byBeginning.values()) group.sort((a, b) => b.length - a.length);
  return (text) => {
    const lengthAt = (at: number) =>
      byBeginning.get(text.slice(at, at + SECRET_LENGTH_MIN))
        ?.find((form) => text.startsWith(form, at))?.length ?? 0;
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

const PERCENT = /%[0-9a-f]{2}/i;
const PERCENTS = new RegExp(PERCENT, "gi");
const ASCII = /^[\0-\x7f]*$/;

/** Where each byte of the decoded view, and its end, is in the text, by the same of the view before. */
function percentStarts(view: string, before?: readonly number[]): number[] {
  const starts: number[] = [];
  for (let at = 0; at < view.length; at++) {
    starts.push(before?.[at] ?? at);
    if (view[at] === "%" && PERCENT.test(view.slice(at, at + 3))) at += 2;
  }
  starts.push(before?.at(-1) ?? view.length);
  return starts;
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

/** How a secret looks in texts: itself, in JSON, in a form, and in the path and query of a url. */
function formsOf(secret: string): string[] {
  const url = new URL("http://h/");
  url.search = secret;
  const query = url.search.slice(1);
  url.pathname = `/${secret}`;
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll(" ", "+"),
    query,
    url.pathname.slice(1),
  ].filter((form) => form.length >= SECRET_LENGTH_MIN);
}
