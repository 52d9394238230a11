/** The error of decoding: why a message can never be applied. */

/**
 * Thrown for bytes that are not a message of sitemon.
 *
 * Decoding the same bytes again fails again, so the catcher makes the message a dead letter.
 */
export class DecodeError extends TypeError {
  override readonly name = "DecodeError";
  /** `schema` when a version of sitemon that knows the writer's schema could decode it. */
  readonly reason: "undecodable" | "schema";

  constructor(reason: DecodeError["reason"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
