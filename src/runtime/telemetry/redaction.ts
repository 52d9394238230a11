/** Keeps secrets out of all output: every known secret is replaced wherever it occurs. */

const HIDDEN = "***";

/**
 * Shorter secrets are not replaced: replacing every `a` would make logs unreadable and would reveal
 * the secret by what is missing.
 */
export const SECRET_LENGTH_MIN = 4;

/** Removes the secrets of the configuration from a text. */
export type Redact = (text: string) => string;

/**
 * Returns a function that replaces each of the secrets with `***`, also as URLs and JSON encode it.
 * Its time grows with the text, hardly with the number of secrets: a configuration may have one for
 * each of 100,000 sites, and every report is redacted.
 */
export function redactor(secrets: readonly string[]): Redact {
  const forms = new Set(
    secrets.filter((secret) => secret.length >= SECRET_LENGTH_MIN).flatMap(formsOf),
  );
  if (forms.size === 0) return (text) => text;
  const byBeginning = Map.groupBy(forms, (form) => form.slice(0, SECRET_LENGTH_MIN));
  // The longest first, so that no rest of a secret that contains another remains.
  for (const group of byBeginning.values()) group.sort((a, b) => b.length - a.length);
  return (text) => {
    const lengthAt = (at: number) =>
      byBeginning.get(text.slice(at, at + SECRET_LENGTH_MIN))
        ?.find((form) => text.startsWith(form, at))?.length ?? 0;
    return hide(text, lengthAt);
  };
}

/** Hides every run of the text that secrets cover, those that overlap as one. */
function hide(text: string, lengthAt: (at: number) => number): string {
  let hidden = "";
  let kept = 0;
  for (let at = 0; at < text.length; at++) {
    let end = at + lengthAt(at);
    if (end === at) continue;
    hidden += text.slice(kept, at) + HIDDEN;
    while (++at < end) end = Math.max(end, at + lengthAt(at));
    kept = end;
    at = end - 1;
  }
  return kept === 0 ? text : hidden + text.slice(kept);
}

/** How a secret looks in texts, as a part of a url, in its path or query, and in JSON. */
function formsOf(secret: string): string[] {
  const url = new URL("http://h/");
  url.search = secret;
  const query = url.search.slice(1);
  url.pathname = `/${secret}`;
  return [
    secret,
    encodeURIComponent(secret.toWellFormed()),
    JSON.stringify(secret).slice(1, -1),
    query,
    url.pathname.slice(1),
  ].filter((form) => form.length >= SECRET_LENGTH_MIN);
}
