/** What went wrong with Kafka, whichever library talks to it. */

/** In the words of readiness, metrics and logs. */
export type KafkaFailure =
  | "unreachable" // temporary: broker down, half-open, restarting, leader moving
  | "timeout" // temporary: no answer in time
  | "permission" // this thread may not talk to a host that the broker advertises
  | "tls"
  | "authentication"
  | "authorization"
  | "topic_missing"
  | "rejected"; // anything else that the broker answered

/** Thrown for failures of Kafka or of the way to it; a fault of the program is any other error. */
export class KafkaError extends Error {
  override readonly name = "KafkaError";
  readonly failure: KafkaFailure;
  /** The protocol's name of what the broker answered, such as `UNKNOWN_MEMBER_ID`. */
  readonly code: string | undefined;

  constructor(
    failure: KafkaFailure,
    message: string,
    { code, ...options }: ErrorOptions & { readonly code?: string | undefined } = {},
  ) {
    super(message, options);
    this.failure = failure;
    this.code = code;
  }

  /** True if waiting helps; false if somebody has to change something. */
  get isTemporary(): boolean {
    return ["unreachable", "timeout", "rejected"].includes(this.failure);
  }
}
