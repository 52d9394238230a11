/** Sizes: `64KiB`, `256MiB`, `1GiB` or a number of bytes in the file, bytes in the program. */
import * as z from "zod";

/** One kibibyte, mebibyte, gibibyte and tebibyte, in bytes. */
export const KIB = 1_024;
export const MIB = 1_024 * KIB;
export const GIB = 1_024 * MIB;
export const TIB = 1_024 * GIB;

const UNITS = [["TiB", TIB], ["GiB", GIB], ["MiB", MIB], ["KiB", KIB], ["B", 1]] as const;

/** Decimal units (kB, MB) are refused: half of their readers take them for the binary ones. */
const SIZE = /^(\d+(?:\.\d+)?)(B|KiB|MiB|GiB|TiB)?$/;

/** Inclusive bounds in bytes. */
export interface SizeBounds {
  readonly minBytes: number;
  readonly maxBytes: number;
}

/** A size of the file as bytes; `z.encode` writes it back with its unit. */
export function size({ minBytes, maxBytes }: SizeBounds) {
  const error = `is not a size from ${formatSize(minBytes)} to ${formatSize(maxBytes)}`;
  return z.codec(z.union([z.number(), z.string()], { error }), z.number(), {
    decode(value, context) {
      const bytes = parseSize(value);
      if (bytes !== undefined && bytes >= minBytes && bytes <= maxBytes) return bytes;
      const message = bytes === undefined
        ? "is not a size; write 64KiB, 256MiB, 1GiB or a number of bytes"
        : error;
      context.issues.push({ code: "custom", input: value, message });
      return z.NEVER;
    },
    encode: formatSize,
  });
}

/** Bytes of a size as a file has it, or undefined when it is none. */
export function parseSize(value: number | string): number | undefined {
  const [, amount, unit = "B"] = SIZE.exec(String(value)) ?? [];
  if (amount === undefined) return undefined;
  const bytes = Number(amount) * UNITS.find(([name]) => name === unit)![1];
  return Number.isInteger(bytes) ? bytes : undefined;
}

/** The shortest exact way to write a size. */
export function formatSize(bytes: number): string {
  const [name, unitBytes] = UNITS.find(([, unitBytes]) => bytes > 0 && bytes % unitBytes === 0) ??
    ["B", 1];
  return `${bytes / unitBytes}${name}`;
}
