/**
 * One connection to PostgreSQL, with a deadline on everything that it waits for.
 *
 * There is no pool: a store does one transaction at a time, and a pool would hand out connections
 * to a server that has become a standby long after a new one would reach the primary.
 */
import { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { Client, type ClientConfig, types } from "pg";
import { TimeoutError, within } from "../../../runtime/deadline.ts";
import type { Queryable, Statement } from "../../sql/sql_source.ts";
import { ANSWER_GRACE_MS, type PostgresOptions, type PostgresTls } from "./postgres_options.ts";

/** The server ends a session that is idle inside a transaction, so that its row locks are freed. */
const IDLE_IN_TRANSACTION_MS = 60_000;
/** For an orderly end of the session; the server cleans up without one. */
const CLOSE_DEADLINE_MS = 2_000;
const BIGINT_OID = 20;

// The isolation level is explicit, since a database may have another default: each statement has to
// see what was committed before it got its locks.
const BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED";

/** Set once per connection; as startup parameters, proxies would refuse them. */
const SETTINGS: Statement = {
  name: "settings",
  text: `SELECT
    set_config('search_path', quote_ident($1), false),
    set_config('statement_timeout', $2, false),
    set_config('idle_in_transaction_session_timeout', $3, false),
    set_config('TimeZone', 'UTC', false),
    -- Plans are cached: one made while a table was empty must not scan it once it is full.
    set_config('plan_cache_mode', 'force_generic_plan', false),
    set_config('enable_seqscan', 'off', false),
    -- Compiling takes seconds where the statements take milliseconds.
    set_config('jit', 'off', false),
    -- The sender forgets what is committed here, so a commit has to reach the disk.
    CASE current_setting('synchronous_commit')
      WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END`,
};

/** Rejects with the errors of `pg` and of the socket as they are; errors.ts says what they mean. */
export class Connection implements Queryable, AsyncDisposable {
  readonly #client: Client;
  readonly #socket: Socket;
  readonly #answerDeadlineMs: number;
  #isOpen = true;

  private constructor(client: Client, socket: Socket, answerDeadlineMs: number) {
    this.#client = client;
    this.#socket = socket;
    this.#answerDeadlineMs = answerDeadlineMs;
    // A query that is running rejects with the same error.
    client.on("error", () => this.#isOpen = false);
    client.on("end", () => this.#isOpen = false);
  }

  /** Connects, logs in and applies the session's settings, all within `connectTimeoutMs`. */
  static async open(options: PostgresOptions): Promise<Connection> {
    const socket = new Socket();
    const client = new Client(clientConfig(options, socket));
    const deadlineMs = options.statementTimeoutMs + ANSWER_GRACE_MS;
    const connection = new Connection(client, socket, deadlineMs);
    try {
      await within(options.connectTimeoutMs, connection.#login(options));
      return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  /** False once the server is known to be gone, even if that happened between two queries. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  async #login({ schema, statementTimeoutMs }: PostgresOptions): Promise<void> {
    await this.#client.connect();
    const values = [schema, `${statementTimeoutMs}ms`, `${IDLE_IN_TRANSACTION_MS}ms`];
    await this.#client.query({ ...SETTINGS, values });
  }

  /** Runs a statement and returns its rows. When no answer comes the connection is destroyed. */
  async query<Row>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    return await this.#answer(this.#client.query({ ...statement, values: [...values] }));
  }

  /** Runs SQL without parameters, several statements if need be; returns the rows of a single one. */
  async execute<Row>(sql: string): Promise<Row[]> {
    return await this.#answer(this.#client.query(sql));
  }

  async #answer<Row>(asked: Promise<{ rows: unknown[] }>): Promise<Row[]> {
    try {
      return (await within(this.#answerDeadlineMs, asked)).rows as Row[];
    } catch (error) {
      if (error instanceof TimeoutError) this.destroy();
      throw error;
    }
  }

  /** Runs `work` in a transaction: commits, or rolls back and rejects with the error of `work`. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.execute(BEGIN);
    try {
      const result = await work();
      await this.execute("COMMIT");
      return result;
    } catch (error) {
      await this.execute("ROLLBACK").catch(() => this.destroy());
      throw error;
    }
  }

  /** Drops the connection at once; the server rolls back what was not committed. */
  destroy(): void {
    this.#client.connection.stream.destroy();
    this.#socket.destroy();
  }

  /** Ends the session, then closes the connection. */
  async close(): Promise<void> {
    await within(CLOSE_DEADLINE_MS, this.#client.end()).catch(() => {});
    this.destroy();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Sets every option, so that `pg` looks up nothing in the environment or a password file. */
function clientConfig(options: PostgresOptions, socket: Socket): ClientConfig {
  const { host, port, user, password = "", database } = options;
  return {
    host,
    port,
    user,
    // A function, since for an empty text `pg` would read PGPASSWORD, which no thread may.
    password: () => password,
    database,
    ssl: tlsOptions(options.tls),
    connectionTimeoutMillis: options.connectTimeoutMs,
    application_name: "sitemon",
    keepAlive: true,
    stream: () => socket,
    types: { getTypeParser: parserOf },
  };
}

/**
 * What `pg` passes to `tls.connect`; `false` is plain text.
 *
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 */
export function tlsOptions({ mode, ca, cert, key }: PostgresTls): ConnectionOptions | false {
  if (mode === "disable") return false;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    rejectUnauthorized: mode !== "require",
    ...(mode === "verify-ca" ? { checkServerIdentity: () => undefined } : {}),
  };
}

/** As in `pg`, except that BIGINT becomes a number: sitemon's stay below 2^53. */
const parserOf: typeof types.getTypeParser = (oid: number, format?: "text" | "binary") =>
  oid === BIGINT_OID ? safeInteger : types.getTypeParser(oid, format);

function safeInteger(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError(`BIGINT ${text} is too large: numbers are exact up to 2^53`);
}
