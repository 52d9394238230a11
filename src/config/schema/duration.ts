/** Durations: `500ms`, `30s`, `5m`, `2h`, `1d` or a number of seconds in the file, milliseconds in the program. */
import * as z from "zod";
import { mustBe } from "./must_be.ts";

/** From the largest: a duration is written in the largest unit that leaves no fraction. */
const UNITS = [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000], ["s", 1_000], [
  "ms",
  1,
]] as const;

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/;

/** A bound in milliseconds on both sides, both included. */
export interface DurationBounds {
  readonly minMs: number;
  readonly maxMs: number;
}

/** A duration of the file as milliseconds; `z.encode` writes it back with its unit. */
export function duration({ minMs, maxMs }: DurationBounds) {
  const message = mustBe(
    `a duration from ${formatDuration(minMs)} to ${formatDuration(maxMs)}`,
    "write a number with a unit, such as 500ms, 30s, 5m or 1d",
  );
  return z.codec(z.union([z.number(), z.string()], { error: message }), z.number(), {
    decode(value, context) {
      const ms = parseDuration(value);
      if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms;
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
  const unitMs = UNITS.find(([name]) => name === unit)![1];
  return Math.round(Number(amount) * unitMs);
}

/** The shortest exact way to write a duration. */
export function formatDuration(ms: number): string {
  const [name, unitMs] = UNITS.find(([, unitMs]) => ms > 0 && ms % unitMs === 0) ?? ["s", 1_000];
  return `${ms / unitMs}${name}`;
}
