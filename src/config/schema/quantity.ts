/** Amounts with a unit, as a file has them, and as numbers. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../runtime/time_units.ts";

/** One kibibyte, mebibyte and tebibyte, in bytes. */
export const KIB = 1_024;
export const MIB = 1_024 * KIB;
export const TIB = 1_024 * 1_024 * MIB;

/** A kind of amount. */
export interface Quantity extends Units {
  /** The amount in the smallest unit, or undefined when the text is none. */
  readonly parse: (value: number | string) => number | undefined;
  /** The shortest exact way to write an amount. */
  readonly format: (amount: number) => string;
}

interface Units {
  readonly name: string;
  /** From the largest: an amount is written in the largest unit that leaves no fraction. */
  readonly units: Readonly<Record<string, number>>;
  /** The unit of a number alone. */
  readonly plainUnit: string;
  readonly examples: string;
  readonly exact: (amount: number) => number | undefined;
}

/** In milliseconds. */
export const DURATION = quantity({
  name: "duration",
  units: { d: DAY_MS, h: HOUR_MS, m: MINUTE_MS, s: 1_000, ms: 1 },
  plainUnit: "s",
  examples: "500ms, 30s, 5m, 2h, 1d or a number of seconds",
  exact: Math.round,
});

/**
 * In bytes. Units of IEC 80000-13 and, smaller by up to a tenth, of the SI; written in the former.
 */
export const SIZE = quantity({
  name: "size",
  units: {
    ...{ TiB: TIB, GiB: 1_024 * MIB, MiB: MIB, KiB: KIB },
    ...{ TB: 1e12, GB: 1e9, MB: 1e6, kB: 1e3, KB: 1e3, B: 1 },
  },
  plainUnit: "B",
  examples: "64KiB, 256MiB, 1GB or a number of bytes",
  exact: wholeBytes,
});

/** Milliseconds of a duration as a file has it, or undefined when it is none. */
export const parseDuration = DURATION.parse;

/** The shortest exact way to write a duration. */
export const formatDuration = DURATION.format;

/** 1.1 MB is a whole number of bytes, although its product with a million has a fraction. */
function wholeBytes(bytes: number): number | undefined {
  const whole = Math.round(bytes);
  return Math.abs(bytes - whole) < 0.001 ? whole : undefined;
}

function quantity(options: Units): Quantity {
  const { units, plainUnit, exact } = options;
  return {
    ...options,
    parse(value) {
      const [, amount, unit = plainUnit] = /^(\d+(?:\.\d+)?)([A-Za-z]+)?$/.exec(String(value)) ??
        [];
      if (amount === undefined || !Object.hasOwn(units, unit)) return undefined;
      return exact(Number(amount) * units[unit]!);
    },
    format(amount) {
      const isExact = (unit: string) => amount > 0 && amount % units[unit]! === 0;
      const unit = Object.keys(units).find(isExact) ?? plainUnit;
      return `${amount / units[unit]!}${unit}`;
    },
  };
}
