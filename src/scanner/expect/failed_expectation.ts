/** An expectation that an answer does not meet, and how its text shows what was found. */
import type { Reason } from "../../report/outcome.ts";
import { escapeControls } from "../../runtime/escape_controls.ts";
import type { Redact } from "../../runtime/telemetry/redaction.ts";
import type { CheckContext } from "../check_context.ts";

/** What an answer is compared with the help of. */
export type Engines = Pick<CheckContext, "clock" | "patternOf" | "jsonPathOf" | "redact">;

export interface FailedExpectation {
  readonly reason: Reason;
  /** What was found and what was expected. */
  readonly text: string;
  /** True for what makes a site `degraded`, not `down`. */
  readonly isMild?: boolean;
}

/** Characters of a found value that a text shows. */
const SHOWN_LENGTH_MAX = 80;

/** A value of the site's as a text may show it: quoted, cut, and without control characters. */
export function shown(value: unknown, redact: Redact): string {
  if (typeof value === "string") return `"${escapeControls(redact(value), SHOWN_LENGTH_MAX)}"`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
