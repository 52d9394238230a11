/** Durations: `500ms`, `30s`, `5m`, `2h`, `1d` or a number of seconds in the file, milliseconds in the program. */
import * as z from "zod";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../runtime/time_units.ts";

/** From the largest: a duration is written in the largest unit that leaves no fraction. */
const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ["d", DAY_MS],
  ["h", HOUR_MS],
  ["m", MINUTE_MS],
  ["s", 1_000],
  ["ms", 1],
];

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/;

/** Inclusive bounds in milliseconds. */
export interface DurationBounds {
  readonly minMs: number;
  readonly maxMs: number;
}

/** A duration of the file as milliseconds; `z.encode` writes it back with its unit. */
export function duration({ minMs, maxMs }: DurationBounds) {
  const error = `is not a duration from ${formatDuration(minMs)} to ${formatDuration(maxMs)}`;
  return z.codec(z.union([z.number(), z.string()], { error }), z.number(), {
    decode(value, context) {
      const ms = parseDuration(value);
      if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms;
      const message = ms === undefined
        ? "is not a duration; write 500ms, 30s, 5m, 2h, 1d or a number of seconds"
        : error;
      context.issues.push({ code: "custom", input: value, message });
      return z.NEVER;
    },
    encode: formatDuration,
  });
}

/** Milliseconds of a duration as a file has it, or undefined when it is none. */
export function parseDuration(value: number | string): number | undefined {
  const [, amount, unit = "s"] = DURATION.exec(String(value)) ?? [];
  if (amount === undefined) return undefined;
  const [, unitMs] = UNITS.find(([name]) => name === unit)!;
  return Math.round(Number(amount) * unitMs);
}

/** The shortest exact way to write a duration. */
export function formatDuration(ms: number): string {
  const [name, unitMs] = UNITS.find(([, unitMs]) => ms > 0 && ms % unitMs === 0) ?? ["s", 1_000];
  return `${ms / unitMs}${name}`;
}
