/** What an error of PostgreSQL means to its catcher: retry, fix the configuration, or reject the row. */
import { DatabaseError } from "pg";
import {
  isStoreError,
  RowRejectedError,
  StoreConfigurationError,
  type StoreError,
  StoreUnavailableError,
} from "../../store.ts";
import { serverName } from "./postgres_options.ts";
import { TimeoutError } from "../../../runtime/deadline.ts";
import { tlsProblem } from "../../../runtime/tls/tls_problem.ts";

/**
 * SQLSTATEs, whole or by their class; the whole one wins.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const STATES: ReadonlyMap<string, Meaning> = new Map(Object.entries({
  ...meanings("08 25P02 25P03 25P04 40001 40P01 53 55P03 57 58 XX", { is: "unavailable" }),
  // A cached plan that a migration made invalid; a new connection makes a new one.
  ...meanings("0A000", { is: "unavailable" }),
  // A standby, or a primary that is shutting down: the next connection may reach another server.
  ...meanings("25006", {
    is: "unavailable",
    remedy: "use a primary, with default_transaction_read_only off",
  }),
  ...meanings("21 22 23 54", { is: "rejected" }),
  "28": { is: "configuration", remedy: "check user, password and the server's pg_hba.conf" },
  "3D": { is: "configuration", remedy: 'create the database, or correct "postgres.db"' },
  "3F": { is: "configuration", remedy: 'run "sitemon migrate", or correct "postgres.schema"' },
  "42": { is: "configuration", remedy: 'run "sitemon migrate"' },
  "42939": { is: "configuration", remedy: 'correct "postgres.schema"' },
  // Tables in a schema that the role may not use are invisible to it.
  "42P01": { is: "configuration", remedy: 'run "sitemon migrate", or grant USAGE on the schema' },
  "42501": { is: "configuration", remedy: "grant the role this privilege" },
  // Prepared statements that come and go are a pooler's work that connection.ts took for a server.
  ...meanings("26000 42P05", {
    is: "configuration",
    remedy: "something between here and the server shares sessions; let it keep one per client",
  }),
}));

function meanings(states: string, meaning: Meaning): Record<string, Meaning> {
  return Object.fromEntries(states.split(" ").map((state) => [state, meaning]));
}

/**
 * From the sockets of Deno and from `pg` itself, when the server cannot be reached, or this host has
 * no file, port or memory left to reach it.
 */
const NETWORK_CODES = new Set(
  "EADDRNOTAVAIL EAI_AGAIN ECONNABORTED ECONNREFUSED ECONNRESET EHOSTDOWN EHOSTUNREACH EMFILE \
ENETDOWN ENETUNREACH ENFILE ENOBUFS ENOENT ENOMEM ENOTFOUND EPIPE ETIMEDOUT".split(" "),
);
const NETWORK_MESSAGE =
  /^Connection terminated|^timeout expired|not queryable|establishing an SSL connection/;
/** What a session that was open ends with: a kill, a crash, a pooler that lost the server, a cut. */
const SESSION_END = /^(08...|57P0[12]|ECONNRESET|EPIPE)$/;
const DENIED_MESSAGE = /EPERM|Requires net access/;
/** Of errors of TLS that tls_problem.ts does not name. */
const TLS_MESSAGE = /certificate|does not support SSL|tls|handshake/i;
const LOGIN_MESSAGE = /^SASL|password must be/i;

interface Meaning {
  readonly is: "configuration" | "rejected" | "unavailable" | "unknown";
  readonly remedy?: string;
}

export interface ErrorPlace {
  /** What failed, such as `apply reports`. */
  readonly action: string;
  readonly host: string;
  readonly port: number;
  /** The session was open: a row that is written may be what ended it. */
  readonly isOpen?: boolean;
}

/** The error of the store port for `cause`, which it keeps. */
export function storeError(cause: unknown, place: ErrorPlace): StoreError {
  if (isStoreError(cause)) return cause;
  const { is, remedy } = meaningOf(cause);
  const failed = `could not ${place.action}: PostgreSQL at ${serverName(place)}: ${
    describe(cause)
  }`;
  const message = remedy === undefined ? failed : `${failed}; ${remedy}`;
  if (is === "configuration") return new StoreConfigurationError(message, { cause });
  if (is === "rejected") {
    return new RowRejectedError(`PostgreSQL rejected the row: ${describe(cause)}`, { cause });
  }
  const isKnown = is === "unavailable";
  const isSuspect = !isKnown || (place.isOpen === true && isSessionEnd(cause));
  return new StoreUnavailableError(message, { cause, isKnown, isSuspect });
}

/** True for a conflict with another transaction, which the same connection may try again at once. */
export function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === "40001" || error.code === "40P01");
}

/** True when a report's day has no partition; it shares its SQLSTATE with failed CHECKs. */
export function isPartitionMissing(error: unknown): boolean {
  return error instanceof DatabaseError && error.routine === "ExecFindPartition";
}

function isSessionEnd(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code = "" } = error as { code?: string };
  return SESSION_END.test(code) || /^Connection terminated/.test(error.message);
}

function meaningOf(error: unknown): Meaning {
  if (error instanceof DatabaseError) {
    const code = error.code ?? "";
    return STATES.get(code) ?? STATES.get(code.slice(0, 2)) ?? { is: "unknown" };
  }
  if (error instanceof TimeoutError) return { is: "unavailable" };
  if (!(error instanceof Error)) return { is: "unknown" };
  if (error.name === "NotCapable" || DENIED_MESSAGE.test(error.message)) {
    return { is: "configuration", remedy: "allow this thread to reach that address" };
  }
  const { code = "" } = error as { code?: string };
  if (code === "EACCES") {
    return { is: "configuration", remedy: "let this user write to the socket" };
  }
  if (NETWORK_CODES.has(code) || NETWORK_MESSAGE.test(error.message)) return { is: "unavailable" };
  if (LOGIN_MESSAGE.test(error.message)) {
    return { is: "configuration", remedy: "check user and password" };
  }
  if (tlsProblem(error) !== undefined || TLS_MESSAGE.test(error.message)) {
    return { is: "configuration", remedy: 'check "postgres.tls"' };
  }
  return { is: "unknown" };
}

/** The server's own message, without its `detail`, which quotes rows. */
function describe(error: unknown): string {
  if (error instanceof DatabaseError) return `${error.message} (${error.code})`;
  return tlsProblem(error)?.detail ?? (error instanceof Error ? error.message : String(error));
}
