/** The errors of an outbox; each class is a decision of its catcher. */

/** Another process (or thread) owns this outbox: exit 75. */
export class OutboxLockedError extends Error {
  override readonly name = "OutboxLockedError";
}

/**
 * The file is one that this version must not touch: written by a newer sitemon, or by another
 * program. An operator has to change the configuration: exit 78.
 */
export class OutboxRefusedError extends Error {
  override readonly name = "OutboxRefusedError";
}

/** There is no outbox at the path: exit 74. */
export class OutboxMissingError extends Error {
  override readonly name = "OutboxMissingError";

  constructor(path: string) {
    super(
      `no outbox at "${path}"; set STATE_DIRECTORY to its producer's folder, or name the producer's ` +
        "systemd unit with --unit",
    );
  }
}

/** The file is damaged: its owner starts a new one, and a command can do nothing with it: exit 74. */
export class CorruptOutboxError extends Error {
  override readonly name = "CorruptOutboxError";
}

/** Why storing failed, in the words of readiness and metrics. */
export type OutboxFailure = "disk_full" | "read_only" | "io_error" | "busy";

/** Nothing was changed, and a later retry may succeed: the disk is full, read-only or failing. */
export class OutboxUnavailableError extends Error {
  override readonly name = "OutboxUnavailableError";
  readonly failure: OutboxFailure;

  constructor(failure: OutboxFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}

/** Nothing was stored: the outbox is at a limit, and its policy drops no more. */
export class OutboxFullError extends RangeError {
  override readonly name = "OutboxFullError";
}
