/** What a report may carry at most: characters, entries, numbers. A site controls most of the texts. */

export const SITE_LENGTH_MAX = 200;
export const URL_LENGTH_MAX = 2_048;
export const ERROR_TEXT_LENGTH_MAX = 1_024;
export const FAILURE_LENGTH_MAX = 256;
export const FAILURES_MAX = 16;
export const HOPS_MAX = 10;
export const SNIPPET_LENGTH_MAX = 1_024;
/** Of names and other short texts that have no bound of their own. */
export const WORD_LENGTH_MAX = 256;
export const ATTEMPTS_MAX = 1_000;
export const LABELS_MAX = 64;
/** Milliseconds: no check runs for a day. */
export const RESPONSE_TIME_MAX = 86_400_000;
/** Milliseconds until the next report: the longest interval is seven days, and a check may take long. */
export const NEXT_CHECK_MS_MAX = 8 * 86_400_000;
/** 2000-01-01 and 2100-01-01 in microseconds: a clock outside of them was never set. */
export const TIME_MIN = 946_684_800_000_000;
export const TIME_MAX = 4_102_444_800_000_000;

/** Longs of a message: those that a double holds exactly, as far as avsc reads and writes them. */
export const LONG_MIN = -(2 ** 52);
export const LONG_MAX = 2 ** 53 - 2;

/**
 * The first characters of a text, at most `lengthMax` UTF-16 units; a character outside the basic
 * plane is never cut in half, since half of one cannot be stored.
 */
export function bounded(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  const lastUnit = text.charCodeAt(lengthMax - 1);
  const isHighSurrogate = lastUnit >= 0xd800 && lastUnit < 0xdc00;
  return text.slice(0, isHighSurrogate ? lengthMax - 1 : lengthMax);
}
