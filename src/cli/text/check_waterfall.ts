/** The phases of a check as a bar: what it waited for, in the order in which it happened. */
import type { Timings } from "../../report/hop.ts";

interface PhaseStyle {
  readonly phase: keyof Timings;
  readonly title: string;
  /** Told apart by their shade, where there is no color. */
  readonly glyph: string;
  /** SGR code. @see https://en.wikipedia.org/wiki/ANSI_escape_code#Colors */
  readonly color: number;
}

/** The phases in their order. */
export const PHASES: readonly PhaseStyle[] = [
  { phase: "dns", title: "dns", glyph: "░", color: 36 },
  { phase: "connect", title: "connect", glyph: "▒", color: 33 },
  { phase: "tls", title: "tls", glyph: "▓", color: 35 },
  { phase: "first_byte", title: "first byte", glyph: "█", color: 32 },
  { phase: "transfer", title: "transfer", glyph: "▄", color: 34 },
];

export interface WaterfallOptions {
  /** Microseconds of the check before this visit. */
  readonly before: number;
  /** Microseconds that the whole width stands for. */
  readonly total: number;
  /** Columns of the terminal. */
  readonly width: number;
  readonly hasColor: boolean;
}

/** A visit's bar. Its parts end where their share of the width does, so that they add up. */
export function waterfall(timings: Timings, options: WaterfallOptions): string {
  const { before, total, width, hasColor } = options;
  const columnOf = (micros: number) => total === 0 ? 0 : Math.round(micros / total * width);
  let passed = before;
  let bar = " ".repeat(columnOf(before));
  for (const { phase, glyph, color } of PHASES) {
    const start = columnOf(passed);
    passed += timings[phase] ?? 0;
    const part = glyph.repeat(columnOf(passed) - start);
    bar += hasColor && part !== "" ? `\x1b[${color}m${part}\x1b[0m` : part;
  }
  return bar;
}

/** Microseconds of a visit. */
export function visitMicros(timings: Timings | null): number {
  return PHASES.reduce((sum, { phase }) => sum + (timings?.[phase] ?? 0), 0);
}
