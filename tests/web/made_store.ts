/** A SQLite store with a history that was made up, and the board that reads it. */
import type { SiteReport } from "../../src/report/report.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import type { Telemetry } from "../../src/runtime/telemetry.ts";
import { SqliteQueries } from "../../src/status/sqlite/sqlite_queries.ts";
import { SqliteStore } from "../../src/status/sqlite/sqlite_store.ts";
import { CHUNK_REPORTS_MAX } from "../../src/status/store.ts";
import { type AppOptions, createApp } from "../../src/web/app.ts";
import { Board } from "../../src/web/board.ts";
import { aReport, PRODUCERS } from "../contract/site_reports.ts";

/** A report of `agoMs` before now, with a sequence of its own. */
export type Making = Partial<SiteReport> & { readonly agoMs?: number };

/** A file of its own, a writer, and the application over a reader. Disposing removes all of it. */
export class MadeStore implements AsyncDisposable {
  readonly path: string;
  readonly queries: SqliteQueries;
  readonly board: Board;
  readonly dependencies: boolean[] = [];
  readonly #folder: string;
  readonly #store: SqliteStore;
  readonly #stopping = new AbortController();
  readonly #clock: Clock;
  #sequence = 0;

  private constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
    this.path = `${folder}/status.db`;
    this.#store = new SqliteStore({ path: this.path, clock });
    this.queries = new SqliteQueries({ path: this.path });
    this.board = new Board({
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
    const reports = makings.map(({ agoMs = 0, ...rest }) => {
      const at = Math.round(Date.now() - agoMs) * 1_000;
      const times = { checked_at: at, recorded_at: at };
      const identity = { producer_id: PRODUCERS[0], sequence: ++this.#sequence };
      return aReport({ ...times, ...identity, ...rest });
    });
    for (let start = 0; start < reports.length; start += CHUNK_REPORTS_MAX) {
      const chunk = reports.slice(start, start + CHUNK_REPORTS_MAX);
      await this.#store.apply({ reports: chunk, gaps: [], deadLetters: [] });
    }
  }

  /** The application as a server has it. */
  app(options: Partial<Pick<AppOptions, "title" | "basicAuth" | "signal">> = {}) {
    return createApp({
      board: this.board,
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
