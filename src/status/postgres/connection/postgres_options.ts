/** How to reach the database, as cli/ and threads/ map it from the configuration. */

/** TLS to the server, in the words of libpq's `sslmode`; texts are the contents of PEM files. */
export interface PostgresTls {
  readonly mode: "disable" | "require" | "verify-ca" | "verify-full";
  /** Roots to trust in place of Deno's own. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface PostgresOptions {
  /** A name, an address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly database: string;
  /** Holds every table; created when it is missing. */
  readonly schema: string;
  readonly tls: PostgresTls;
  /** For a connection with TLS and login. */
  readonly connectTimeoutMs: number;
  /** For each statement; the server's own limit, and {@linkcode ANSWER_GRACE_MS} later ours. */
  readonly statementTimeoutMs: number;
  /** After this long between two statements of a transaction the server ends it; a minute when absent. */
  readonly idleInTransactionMs?: number;
}

/** What messages call the server: `host:port`, or the path of its socket as libpq makes it. */
export function serverName({ host, port }: Pick<PostgresOptions, "host" | "port">): string {
  return host.startsWith("/") ? `${host}/.s.PGSQL.${port}` : `${host}:${port}`;
}

/**
 * How much longer than the server this side waits for an answer. A server that works cancels the
 * statement and says so, which takes far less; one that is silent for so long is gone.
 */
export const ANSWER_GRACE_MS = 1_000;
