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
import { keepPermission } from "../../../runtime/keep_permission.ts";
import { checkServer } from "../../../runtime/tls/certificate_chain.ts";
import type { Queryable, Statement } from "../../sql/sql_source.ts";
import { ANSWER_GRACE_MS, type PostgresOptions, type PostgresTls } from "./postgres_options.ts";
import { sessionSettings } from "./session_settings.ts";

/** For an orderly end of the session; the server cleans up without one. */
const CLOSE_DEADLINE_MS = 2_000;
const BIGINT_OID = 20;

/** The isolation level is explicit, since a database may have another default. */
type TransactionMode = "READ COMMITTED" | "REPEATABLE READ READ ONLY";

/**
 * Rejects with the errors of `pg` and of the socket as they are; errors.ts says what they mean.
 *
 * Behind a pooler the next transaction may have another session, which others use in between:
 * nothing is set or prepared there for longer than a transaction.
 */
export class Connection implements Queryable, AsyncDisposable {
  readonly #client: Client;
  readonly #socket: Socket;
  readonly #answerDeadlineMs: number;
  readonly #localSettings: string;
  #isOpen = true;
  #isPooled = false;
  #isInTransaction = false;

  private constructor(client: Client, socket: Socket, options: PostgresOptions) {
    this.#client = client;
    this.#socket = socket;
    this.#answerDeadlineMs = options.statementTimeoutMs + ANSWER_GRACE_MS;
    this.#localSettings = sessionSettings(options, true);
    // A query that is running rejects with the same error.
    client.on("error", () => this.#isOpen = false);
    client.on("end", () => this.#isOpen = false);
  }

  /** Connects, logs in and applies the session's settings, all within `connectTimeoutMs`. */
  static async open(options: PostgresOptions): Promise<Connection> {
    const socket = new Socket();
    const client = new Client(clientConfig(options, socket));
    const connection = new Connection(client, socket, options);
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

  /** True behind a pooler, whatever its mode is. */
  get isPooled(): boolean {
    return this.#isPooled;
  }

  async #login(options: PostgresOptions): Promise<void> {
    const connected = this.#client.connect();
    keepPermission(this.#socket);
    await connected;
    // A pooler makes its own key for the cancellation of a query, for clients that have no process.
    const { processID } = this.#client as unknown as { readonly processID: number | null };
    const { rows: [session] } = await this.#client.query("SELECT pg_backend_pid() AS pid");
    this.#isPooled = session.pid !== processID;
    if (!this.#isPooled) await this.#client.query(sessionSettings(options, false));
  }

  /** Runs a statement and returns its rows. When no answer comes the connection is destroyed. */
  async query<Row>({ name, text }: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    const statement = { text, values: [...values], ...(this.#isPooled ? {} : { name }) };
    return await this.#withSettings(() => this.#answer<Row>(this.#client.query(statement)));
  }

  /** Runs SQL without parameters, several statements if need be; returns the rows of a single one. */
  async execute<Row>(sql: string): Promise<Row[]> {
    return await this.#withSettings(() => this.#answer<Row>(this.#client.query(sql)));
  }

  #withSettings<T>(work: () => Promise<T>): Promise<T> {
    return this.#isPooled && !this.#isInTransaction ? this.transaction(work) : work();
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
  async transaction<T>(
    work: () => Promise<T>,
    mode: TransactionMode = "READ COMMITTED",
  ): Promise<T> {
    const begin = `BEGIN ISOLATION LEVEL ${mode}`;
    this.#isInTransaction = true;
    try {
      await this.execute(this.#isPooled ? `${begin};${this.#localSettings}` : begin);
      const result = await work();
      await this.execute("COMMIT");
      return result;
    } catch (error) {
      await this.execute("ROLLBACK").catch(() => this.destroy());
      throw error;
    } finally {
      this.#isInTransaction = false;
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
    ...(mode !== "require" && {
      checkServerIdentity: checkServer(ca, mode === "verify-ca" ? () => undefined : undefined),
    }),
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
