/**
 * How well a color can be read on another.
 *
 * @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
 */

/** Of text (WCAG 2.2, 1.4.3). */
export const TEXT_CONTRAST_MIN = 4.5;
/** What the status page has text on, as in page.css. */
export const GROUNDS = {
  light: ["#ffffff", "#f6f7f9"],
  dark: ["#191d26", "#101319"],
} as const;

const COLOR = /^#[0-9a-f]{6}$/i;
/** Steps from a color to white. */
const STEPS = 20;

export function isColor(text: string): boolean {
  return COLOR.test(text);
}

/** 1 for the same colors, up to 21 for black on white. Both are of the form `#rrggbb`. */
export function contrastOf(one: string, other: string): number {
  const [darker, lighter] = [one, other].map(luminanceOf).sort((a, b) => a - b) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

/** The color itself, or as much lighter as it takes to be read on the dark grounds. */
export function lightened(color: string): string {
  const steps = Array.from({ length: STEPS + 1 }, (_, step) => mixed(color, step / STEPS));
  return steps.find((shade) =>
    GROUNDS.dark.every((ground) => contrastOf(shade, ground) >= TEXT_CONTRAST_MIN)
  )!;
}

function mixed(color: string, white: number): string {
  const parts = channelsOf(color).map((part) => Math.round(part + (255 - part) * white));
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

function channelsOf(color: string): number[] {
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
}

function luminanceOf(color: string): number {
  const [red, green, blue] = channelsOf(color).map((part) => part / 255).map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  ) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
