/** Why a visit to a site failed: an ordinary result, which becomes the report's reason and text. */
import type { Reason } from "../../report/outcome.ts";

/** Thrown inside a check where a visit cannot go on. Its message is the report's `error_text`. */
export class VisitError extends Error {
  override readonly name = "VisitError";
  readonly reason: Reason;

  constructor(reason: Reason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
