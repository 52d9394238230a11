/** Texts that strangers control, made safe for terminals, logs and rows. */

/** C0 and C1 controls, line separators, and the marks that turn the direction of text around. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const CONTROLS = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** The text with control characters written as escapes, cut to `lengthMax` characters. */
export function escapeControls(text: string, lengthMax = Infinity): string {
  // A character may become six, never fewer than one: what is beyond the bound is not needed.
  const escaped = text.slice(0, lengthMax).replace(CONTROLS, escapeOf).toWellFormed();
  if (text.length <= lengthMax && escaped.length <= lengthMax) return escaped;
  return `${escaped.slice(0, lengthMax - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

function escapeOf(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
}
