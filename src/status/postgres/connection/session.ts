/** One connection for many callers, who take turns; opened when needed, and dropped after errors. */
import type { Telemetry } from "../../../runtime/telemetry/telemetry.ts";
import { Turns } from "../../../runtime/turns.ts";
import { RowRejectedError, unreadyReason } from "../../store.ts";
import { Connection } from "./connection.ts";
import { storeError } from "./errors.ts";
import type { PostgresOptions } from "./postgres_options.ts";

/**
 * After an error that is not the fault of a row the connection is dropped: a new one may reach
 * another server, or have new privileges.
 */
export class Session {
  readonly #options: PostgresOptions;
  readonly #telemetry: Telemetry | undefined;
  readonly #turns = new Turns();
  #connection: Connection | undefined;

  constructor(options: PostgresOptions, telemetry?: Telemetry) {
    this.#options = options;
    this.#telemetry = telemetry;
  }

  /** Runs `work` in its turn; whatever goes wrong becomes an error of the store port. */
  use<T>(action: string, work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#do(action, async () => await work(await this.#connected()));
  }

  /** The same on a connection of its own, whose statements may take `statementTimeoutMs`. */
  useAlone<T>(
    action: string,
    statementTimeoutMs: number,
    work: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    return this.#do(action, async () => {
      await using connection = await Connection.open({ ...this.#options, statementTimeoutMs });
      return await work(connection);
    });
  }

  /** Harmless when repeated; `use` connects again. */
  close(): Promise<void> {
    return this.#turns.take(async () => {
      await this.#connection?.close();
      this.#connection = undefined;
    });
  }

  #do<T>(action: string, work: () => Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      try {
        const result = await work();
        this.#telemetry?.dependency("postgres", { ok: true });
        return result;
      } catch (cause) {
        const isOpen = this.#connection !== undefined;
        const error = storeError(cause, { action, isOpen, ...this.#options });
        if (!(error instanceof RowRejectedError)) this.#drop(error);
        throw error;
      }
    });
  }

  async #connected(): Promise<Connection> {
    if (this.#connection?.isOpen) return this.#connection;
    this.#connection = undefined;
    return this.#connection = await Connection.open(this.#options);
  }

  #drop(error: Error): void {
    this.#connection?.destroy();
    this.#connection = undefined;
    const [reason, detail] = [unreadyReason(error), error.message];
    this.#telemetry?.dependency("postgres", { ok: false, reason, detail });
  }
}
