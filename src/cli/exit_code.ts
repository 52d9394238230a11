/** How the process ends. 64 to 78 are those of BSD's sysexits(3). */
export const EXIT_OK = 0;
/** A site is not up, something is missing, or a problem was found. */
export const EXIT_NOT_UP = 1;
export const EXIT_USAGE = 64;
/** A bug in sitemon, or a thread that keeps failing. */
export const EXIT_BUG = 70;
export const EXIT_IO = 74;
/** Another process uses the outbox. */
export const EXIT_LOCKED = 75;
export const EXIT_CONFIG = 78;

/** By the name of the error: a thread's error arrives without its class. */
const EXIT_CODES: ReadonlyMap<string, number> = new Map([
  ["ConfigError", EXIT_CONFIG],
  ["KafkaError", EXIT_IO],
  ["OutboxLockedError", EXIT_LOCKED],
  ["CorruptOutboxError", EXIT_IO],
  ["OutboxMissingError", EXIT_IO],
  ["OutboxRefusedError", EXIT_CONFIG],
  ["OutboxUnavailableError", EXIT_IO],
  ["OutputError", EXIT_IO],
  ["StoreConfigurationError", EXIT_CONFIG],
  ["StoreUnavailableError", EXIT_IO],
  ["PidFileError", EXIT_IO],
  ["RegistryError", EXIT_IO],
  ["UsageError", EXIT_USAGE],
  ["AddressError", EXIT_IO],
]);

/** Thrown when arguments do not make sense together; the message says which ones do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** An error, or what is known of the one that a thread died of. */
export interface NamedError {
  readonly name?: string;
  /** The thread's own error, if it could say. */
  readonly errorName?: string | undefined;
}

/** The exit code of an error whose message says what to do; `undefined` for a bug in sitemon. */
export function exitCodeOf({ name, errorName = name }: NamedError): number | undefined {
  return EXIT_CODES.get(errorName ?? "");
}
