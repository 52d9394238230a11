/** What an error of PostgreSQL means for whoever catches it: later, never, or not this row. */
import { DatabaseError } from "pg";
import { RowRejectedError, StoreConfigurationError, StoreUnavailableError } from "../../store.ts";
import { TimeoutError } from "../../../runtime/deadline.ts";

/**
 * SQLSTATEs by their beginnings, the longest that fits wins.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const STATES: Readonly<Record<string, Verdict>> = {
  "08": { is: "unavailable" },
  // A plan that a migration made invalid; a new connection makes a new one.
  "0A000": { is: "unavailable" },
  "21": { is: "rejected" },
  "22": { is: "rejected" },
  "23": { is: "rejected" },
  "25P02": { is: "unavailable" },
  "25P03": { is: "unavailable" },
  // A standby, or a primary that is being closed: the next connection may reach another server.
  "25006": { is: "unavailable" },
  "28": { is: "configuration", remedy: "check user, password and the server's pg_hba.conf" },
  "3D": { is: "configuration", remedy: "create the database, or name another" },
  "3F": { is: "configuration", remedy: "run sitemon migrate, or name another schema" },
  "40001": { is: "unavailable" },
  "40P01": { is: "unavailable" },
  "42": { is: "configuration", remedy: "run sitemon migrate" },
  // Tables in a schema that the role may not use are invisible to it.
  "42P01": { is: "configuration", remedy: "run sitemon migrate, or grant USAGE on the schema" },
  "42501": { is: "configuration", remedy: "grant the role what it lacks" },
  "53": { is: "unavailable" },
  "54": { is: "rejected" },
  "55P03": { is: "unavailable" },
  "57": { is: "unavailable" },
  "58": { is: "unavailable" },
  "XX": { is: "unavailable" },
};

/** What the sockets of Deno and `pg` itself say when the server cannot be reached. */
const NETWORK_CODES = new Set([
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]);
const NETWORK_MESSAGE =
  /^Connection terminated|^timeout expired|not queryable|establishing an SSL connection/;
const DENIED_MESSAGE = /EPERM|Requires net access/;
const TLS_MESSAGE = /certificate|self.signed|does not support SSL|tls|alert|handshake/i;
const LOGIN_MESSAGE = /^SASL|password must be/i;

interface Verdict {
  readonly is: "configuration" | "rejected" | "unavailable" | "unknown";
  readonly remedy?: string;
}

export type StoreError = StoreUnavailableError | StoreConfigurationError | RowRejectedError;

export interface ErrorPlace {
  /** What could not be done, such as `apply reports`. */
  readonly action: string;
  readonly host: string;
  readonly port: number;
}

/** The error of the store port that stands for `cause`, which it keeps. */
export function storeError(cause: unknown, place: ErrorPlace): StoreError {
  if (isStoreError(cause)) return cause;
  const { is, remedy } = verdictOf(cause);
  const server = `PostgreSQL at ${place.host}:${place.port}`;
  const cannot = (must: string, then: string) =>
    `Cannot ${place.action} as ${server} must ${must}: ${describe(cause)}; ${then}`;
  switch (is) {
    case "configuration":
      return new StoreConfigurationError(cannot("take sitemon in", remedy!), { cause });
    case "rejected":
      return new RowRejectedError(cannot("take every row", "divide the chunk"), { cause });
    default: {
      const isKnown = is === "unavailable";
      return new StoreUnavailableError(cannot("answer", "try again"), { cause, isKnown });
    }
  }
}

/** True for a conflict with another transaction, which the same connection may try again at once. */
export function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === "40001" || error.code === "40P01");
}

/** True when a report's day has no partition; it shares its SQLSTATE with failed CHECKs. */
export function isPartitionMissing(error: unknown): boolean {
  return error instanceof DatabaseError && error.routine === "ExecFindPartition";
}

function isStoreError(error: unknown): error is StoreError {
  return error instanceof StoreUnavailableError || error instanceof StoreConfigurationError ||
    error instanceof RowRejectedError;
}

function verdictOf(error: unknown): Verdict {
  if (error instanceof DatabaseError) return verdictOfState(error.code ?? "");
  if (error instanceof TimeoutError) return { is: "unavailable" };
  if (!(error instanceof Error)) return { is: "unknown" };
  if (error.name === "NotCapable" || DENIED_MESSAGE.test(error.message)) {
    return { is: "configuration", remedy: "allow this thread to reach that address" };
  }
  if (NETWORK_CODES.has((error as { code?: string }).code ?? "")) return { is: "unavailable" };
  if (NETWORK_MESSAGE.test(error.message)) return { is: "unavailable" };
  if (LOGIN_MESSAGE.test(error.message)) {
    return { is: "configuration", remedy: "check user and password" };
  }
  if (TLS_MESSAGE.test(error.message)) return { is: "configuration", remedy: "check tls" };
  return { is: "unknown" };
}

function verdictOfState(code: string): Verdict {
  return STATES[code] ?? STATES[code.slice(0, 2)] ?? { is: "unknown" };
}

/** The server's own words. Not its `detail`, which quotes rows. */
function describe(error: unknown): string {
  if (error instanceof DatabaseError) return `${error.message} (${error.code})`;
  return error instanceof Error ? error.message : String(error);
}
