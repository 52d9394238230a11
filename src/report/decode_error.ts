/** The one error of decoding: a message that can never be applied, and why. */

/**
 * Thrown for bytes that are no message of sitemon's.
 *
 * Decoding the same bytes again fails again, so the catcher sets the message aside.
 */
export class DecodeError extends TypeError {
  override readonly name = "DecodeError";
  /** `schema` when a version of sitemon that knows the writer's schema could read it. */
  readonly reason: "undecodable" | "schema";

  constructor(reason: DecodeError["reason"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
