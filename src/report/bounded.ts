/** Cuts text to the bounds of a report. */

/**
 * The first characters of a text, at most `lengthMax` UTF-16 units; a character outside the basic
 * plane is never cut in half, since half of one cannot be stored.
 */
export function bounded(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  const splits = isHighSurrogate(text.charCodeAt(lengthMax - 1));
  return text.slice(0, splits ? lengthMax - 1 : lengthMax);
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
