/** Expected status codes: `200`, `200-299`, `2xx`, `!404` or a list of these in the file, ranges in the program. */
import * as z from "zod";
import { mustBe } from "./must_be.ts";
import type { StatusRange } from "../site.ts";

/** HTTP has 100 to 599; some servers answer up to 999, and one may want to expect that. */
const STATUS_MIN = 100;
const STATUS_MAX = 999;
/** Longer lists than this are better written as ranges. */
const RANGES_MAX = 32;

const FORM = /^(!?)(?:(\d)xx|(\d{3})(?:-(\d{3}))?)$/;

const MESSAGE = mustBe(
  `status codes from ${STATUS_MIN} to ${STATUS_MAX}, such as 200, 200-299, 2xx or "!404", or a list of at most ${RANGES_MAX}`,
  "write for example [2xx, 304]",
);

/** `expect.status` as ranges; `z.encode` writes them back as a list. */
export function statusRanges() {
  const one = z.union([z.number(), z.string()], { error: MESSAGE });
  const form = z.union([one, z.array(one).min(1).max(RANGES_MAX)], { error: MESSAGE });
  return z.codec(
    form,
    z.array(z.object({ first: z.number(), last: z.number(), negated: z.boolean() })),
    {
      decode(value, context) {
        const ranges = (Array.isArray(value) ? value : [value]).map(parseStatusRange);
        if (ranges.every((range) => range !== undefined)) return ranges;
        context.issues.push({ code: "custom", input: value, message: MESSAGE });
        return z.NEVER;
      },
      encode: (ranges) => ranges.map(formatStatusRange),
    },
  );
}

/** One range, or undefined when the value is none. */
export function parseStatusRange(value: number | string): StatusRange | undefined {
  const [, not, hundred, from, to] = FORM.exec(String(value)) ?? [];
  if (not === undefined) return undefined;
  const first = hundred === undefined ? Number(from) : Number(hundred) * 100;
  const last = hundred === undefined ? Number(to ?? from) : first + 99;
  if (first < STATUS_MIN || last > STATUS_MAX || last < first) return undefined;
  return { first, last, negated: not === "!" };
}

/** A range as a file has it. */
export function formatStatusRange({ first, last, negated }: StatusRange): number | string {
  if (first === last && !negated) return first;
  return `${negated ? "!" : ""}${first === last ? first : `${first}-${last}`}`;
}
