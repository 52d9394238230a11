/** The phases of a visit as a bar, in the order in which they happened. */
import { type Phase, PHASES, type Timings } from "../../report/hop.ts";
import { painted } from "./text_table.ts";

export interface PhaseStyle {
  readonly title: string;
  /** Shades, which also differ without color. */
  readonly glyph: string;
  /** SGR code. @see https://en.wikipedia.org/wiki/ANSI_escape_code#Colors */
  readonly color: number;
}

export const PHASE_STYLES: Readonly<Record<Phase, PhaseStyle>> = {
  dns: { title: "dns", glyph: "░", color: 36 },
  connect: { title: "connect", glyph: "▒", color: 33 },
  tls: { title: "tls", glyph: "▓", color: 35 },
  first_byte: { title: "first byte", glyph: "█", color: 32 },
  transfer: { title: "transfer", glyph: "▄", color: 34 },
};

export interface WaterfallOptions {
  /** Microseconds of the check before this visit. */
  readonly before: number;
  /** Microseconds that the whole width stands for. */
  readonly total: number;
  /** Columns of the terminal. */
  readonly width: number;
  readonly hasColor: boolean;
}

/** A visit's bar. Each part ends at its share of the width, so that rounding does not add up. */
export function waterfall(timings: Timings, options: WaterfallOptions): string {
  const { before, total, width, hasColor } = options;
  const columnOf = (micros: number) => total === 0 ? 0 : Math.round(micros / total * width);
  let passed = before;
  let bar = " ".repeat(columnOf(before));
  for (const phase of PHASES) {
    const { glyph, color } = PHASE_STYLES[phase];
    const start = columnOf(passed);
    passed += timings[phase] ?? 0;
    const part = glyph.repeat(columnOf(passed) - start);
    bar += hasColor && part !== "" ? painted(part, color) : part;
  }
  return bar;
}

/** Microseconds of a visit. */
export function visitMicros(timings: Timings | null): number {
  return PHASES.reduce((sum, phase) => sum + (timings?.[phase] ?? 0), 0);
}
