/** The error of decoding: why a message can never be applied. */

/** The bytes are no message of sitemon, and never will be: the catcher makes them a dead letter. */
export class DecodeError extends TypeError {
  override readonly name = "DecodeError";
  /** `schema` when a version of sitemon that knows the writer's schema could decode it. */
  readonly reason: "undecodable" | "schema";

  constructor(reason: DecodeError["reason"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
