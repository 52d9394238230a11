/** Durations and sizes: with a unit in the file; milliseconds and bytes in the program. */
import * as z from "zod";
import { DURATION, type Quantity, SIZE } from "./quantity.ts";

/** A duration of the file as milliseconds; `z.encode` writes it back with its unit. */
export function duration({ minMs, maxMs }: { readonly minMs: number; readonly maxMs: number }) {
  return between(DURATION, minMs, maxMs);
}

/** A size of the file as bytes; `z.encode` writes it back with its unit. */
export function size(
  { minBytes, maxBytes }: { readonly minBytes: number; readonly maxBytes: number },
) {
  return between(SIZE, minBytes, maxBytes);
}

function between({ name, examples, parse, format }: Quantity, min: number, max: number) {
  const error = `is not a ${name} from ${format(min)} to ${format(max)}`;
  return z.codec(z.union([z.number(), z.string()], { error }), z.number(), {
    decode(value, context) {
      const amount = parse(value);
      if (amount !== undefined && amount >= min && amount <= max) return amount;
      const message = amount === undefined ? `is not a ${name}; write ${examples}` : error;
      context.issues.push({ code: "custom", input: value, message });
      return z.NEVER;
    },
    encode: format,
  });
}
