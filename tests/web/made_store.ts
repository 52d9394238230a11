/** A SQLite store with a history that was made up, and the cache that reads it. */
import type { Clock } from "../../src/runtime/clock.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import type { Telemetry } from "../../src/runtime/telemetry/telemetry.ts";
import { SqliteQueries } from "../../src/status/sqlite/sqlite_queries.ts";
import { SqliteStore } from "../../src/status/sqlite/sqlite_store.ts";
import { type AppOptions, createApp } from "../../src/web/app.ts";
import { StatusCache } from "../../src/web/live/status_cache.ts";
import { MadeReports, type Making } from "./made_reports.ts";

/** A file of its own, a writer, and the application over a reader. Disposing removes all of it. */
export class MadeStore implements AsyncDisposable {
  readonly path: string;
  readonly queries: SqliteQueries;
  readonly cache: StatusCache;
  readonly dependencies: boolean[] = [];
  readonly #folder: string;
  readonly #store: SqliteStore;
  readonly #stopping = new AbortController();
  readonly #clock: Clock;
  readonly #reports: MadeReports;

  private constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
    this.path = `${folder}/status.db`;
    this.#store = new SqliteStore({ path: this.path, clock });
    this.#reports = new MadeReports(this.#store);
    this.queries = new SqliteQueries({ path: this.path });
    this.cache = new StatusCache({
      queries: this.queries,
      clock,
      telemetry: this.#telemetry(),
      dependency: "store",
    });
  }

  static async create(clock: Clock = systemClock): Promise<MadeStore> {
    const made = new MadeStore(await Deno.makeTempDir({ prefix: "sitemon-web-" }), clock);
    await made.#store.migrate();
    return made;
  }

  /** Applies reports, the oldest first. */
  async add(...makings: readonly Making[]): Promise<void> {
    await this.#reports.add(...makings);
  }

  /** The application as a server has it. */
  app(options: Partial<Pick<AppOptions, "title" | "basicAuth" | "signal">> = {}) {
    return createApp({
      cache: this.cache,
      title: "Status",
      clock: this.#clock,
      signal: this.#stopping.signal,
      ...options,
    });
  }

  /** The text of an answer, and the answer. */
  async get(path: string, headers: Record<string, string> = {}) {
    const response = await this.app().request(path, { headers });
    return { response, text: await response.text() };
  }

  /** Ends the streams of events. */
  stop(): void {
    this.#stopping.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.queries.close();
    await this.#store.close();
    await Deno.remove(this.#folder, { recursive: true });
  }

  #telemetry(): Telemetry {
    return {
      count: () => {},
      set: () => {},
      observe: () => {},
      dependency: (_, { ok }) => this.dependencies.push(ok),
    };
  }
}
