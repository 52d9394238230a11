/** One connection for many callers, who take turns; made when it is needed, given up after errors. */
import type { Telemetry } from "../../../runtime/telemetry/telemetry.ts";
import { RowRejectedError, StoreConfigurationError } from "../../store.ts";
import { Connection } from "./connection.ts";
import { storeError } from "./errors.ts";
import type { PostgresOptions } from "./postgres_options.ts";
import { Turns } from "./turns.ts";

/**
 * After an error that is not the fault of a row the connection is given up: a new one may reach
 * another server, or come with new rights.
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
      const connection = await Connection.open({ ...this.#options, statementTimeoutMs });
      try {
        return await work(connection);
      } finally {
        await connection.close();
      }
    });
  }

  /** Harmless when it is repeated; `use` connects anew. */
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
        const error = storeError(cause, { action, ...this.#options });
        if (!(error instanceof RowRejectedError)) this.#giveUp(error);
        throw error;
      }
    });
  }

  async #connected(): Promise<Connection> {
    if (!this.#connection?.isOpen) this.#connection = await Connection.open(this.#options);
    return this.#connection;
  }

  #giveUp(error: Error): void {
    this.#connection?.destroy();
    this.#connection = undefined;
    const reason = error instanceof StoreConfigurationError ? "configuration" : "unavailable";
    this.#telemetry?.dependency("postgres", { ok: false, reason, detail: error.message });
  }
}
