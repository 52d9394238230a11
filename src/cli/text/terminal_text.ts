/** Makes text from elsewhere safe to print, and measures it in columns of a terminal. */

/** Wide in terminals: most of CJK, and emoji. @see https://www.unicode.org/reports/tr11/ */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;

/** Control characters, and those that break a line or change the direction of text. */
const CONTROLS = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

const SEGMENTER = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The text on one line, with `\ufffd` in place of each such character. */
export function printable(text: string): string {
  return text.toWellFormed().replace(/[\t\r\n]+/g, " ").replace(CONTROLS, "\ufffd");
}

/** JSON on one line, in which such characters are escaped. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(CONTROLS, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** How many columns of a terminal the text takes. */
export function textWidth(text: string): number {
  let width = 0;
  for (const { segment } of SEGMENTER.segment(text)) width += segmentWidth(segment);
  return width;
}

/** The text in at most `width` columns, with an ellipsis where something was cut off. */
export function cutText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let cut = "";
  let left = width - 1;
  for (const { segment } of SEGMENTER.segment(text)) {
    left -= segmentWidth(segment);
    if (left < 0) break;
    cut += segment;
  }
  return width > 0 ? `${cut}…` : "";
}

function segmentWidth(segment: string): number {
  return WIDE.test(segment) ? 2 : 1;
}
