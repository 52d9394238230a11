/** What an outbox can answer instead of doing its work; each class is a decision of its catcher. */

/** Another process (or thread) owns this outbox: exit 75. */
export class OutboxLockedError extends Error {
  override readonly name = "OutboxLockedError";
}

/**
 * The file is a sound one that this version must not touch: written by a newer sitemon, or by
 * another program. Somebody has to change the configuration: exit 78.
 */
export class OutboxRefusedError extends Error {
  override readonly name = "OutboxRefusedError";
}

/** There is no outbox at the path: exit 74. */
export class OutboxMissingError extends Error {
  override readonly name = "OutboxMissingError";

  constructor(path: string) {
    super(`no outbox at "${path}"; has its producer run, and is STATE_DIRECTORY set as for it?`);
  }
}

/** Why storing failed, in the words of readiness and metrics. */
export type OutboxFailure = "disk_full" | "read_only" | "io_error" | "busy";

/** Nothing was changed, and trying again later is the remedy: the disk is full, read-only, failing. */
export class OutboxUnavailableError extends Error {
  override readonly name = "OutboxUnavailableError";
  readonly failure: OutboxFailure;

  constructor(failure: OutboxFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}

/** Nothing was stored: the outbox is at a limit, and its policy drops nothing more. */
export class OutboxFullError extends RangeError {
  override readonly name = "OutboxFullError";
}
