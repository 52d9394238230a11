/** A text that makes code slow whose time must only grow in proportion to what strangers send it. */
import { cpuMsOf } from "./cpu_time.ts";

/** Characters; the first ones, so that code of a higher order is found before it takes minutes. */
const LENGTHS = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000];

/** What linear time stays far below for the last of them, and quadratic time exceeds several times. */
const CPU_MS_MAX = 300;

/** The collection of garbage falls into one of them, and hardly into three. */
const ATTEMPTS = 3;

const CHARACTERS = [..." \ta0é.,:;=&%\\/<\"'("];
/** Nothing, and what is no part of anything, so that what was begun cannot be completed. */
const ENDINGS = ["", "\0"];

/**
 * The first text that keeps `take` busy: one of the words, or none, and then one of them or of some
 * characters again and again.
 */
export function slowText(
  take: (text: string) => unknown,
  words: readonly string[] = [],
): string | undefined {
  for (const beginning of ["", ...words]) {
    for (const unit of new Set([...CHARACTERS, ...words])) {
      for (const ending of ENDINGS) {
        const length = slowLength((length) =>
          take(beginning + unit.repeat(length / unit.length) + ending)
        );
        if (length !== undefined) return JSON.stringify({ beginning, unit, ending, length });
      }
    }
  }
  return undefined;
}

function slowLength(take: (length: number) => unknown): number | undefined {
  return LENGTHS.find((length) => isSlow(() => take(length)));
}

function isSlow(run: () => unknown): boolean {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (cpuMsOf(run) < CPU_MS_MAX) return false;
  }
  return true;
}
