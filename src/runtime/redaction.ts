/** Keeps secrets out of what is written: every known secret is replaced wherever it stands. */

const HIDDEN = "***";

/**
 * Shorter secrets are left alone: replacing every `a` would make logs unreadable and would tell
 * the secret by what is missing.
 */
export const SECRET_LENGTH_MIN = 4;

/** Returns a function that replaces each of the secrets, as it is and percent-encoded, by `***`. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const forms = secrets.filter((secret) => secret.length >= SECRET_LENGTH_MIN)
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);
  // The longest first, so that a secret within another leaves no rest behind.
  const known = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => known.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
}
