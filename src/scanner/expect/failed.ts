/** An expectation that an answer does not meet, and how its text shows what was found. */
import type { Reason } from "../../report/outcome.ts";
import { printable } from "../printable.ts";

export interface Failed {
  readonly reason: Reason;
  /** What was expected and what was found. */
  readonly text: string;
  /** True for what makes a site `degraded`, not `down`. */
  readonly isMild?: boolean;
}

/** Removes the secrets of the configuration from a text. */
export type Redact = (text: string) => string;

/** Characters of a found value that a text shows. */
const SHOWN_LENGTH_MAX = 80;

/** A value of the site's as a text may show it: quoted, cut, and without what cannot be printed. */
export function shown(value: unknown, redact: Redact): string {
  if (typeof value === "string") return `"${printable(redact(value), SHOWN_LENGTH_MAX)}"`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
