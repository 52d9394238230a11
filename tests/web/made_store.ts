/** A SQLite store with a history that was made up, and the cache that reads it. */
import { systemClock as clock } from "../../src/runtime/clock.ts";
import type { Attempt, Decision, Delivery } from "../../src/status/alert_store.ts";
import { SqliteQueries } from "../../src/status/sqlite/sqlite_queries.ts";
import { sqliteParts } from "../../src/status/sqlite/sqlite_parts.ts";
import { SqliteStore } from "../../src/status/sqlite/sqlite_store.ts";
import { type AppOptions, createApp } from "../../src/web/app.ts";
import { PublicSource } from "../../src/web/live/public_source.ts";
import type { WebOptions } from "../../src/web/serve_web.ts";
import { StatusCache, type StatusCacheOptions } from "../../src/web/live/status_cache.ts";
import { RecordingTelemetry } from "../support/recording_telemetry.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { MadeReports, type Making } from "./made_reports.ts";

/** A file of its own, a writer, and the application over a reader. Disposing removes all of it. */
export class MadeStore implements AsyncDisposable {
  readonly #folder = new TempFolder();
  readonly path = this.#folder.file("status.db");
  readonly store = new SqliteStore({ path: this.path, clock });
  readonly #reports = new MadeReports(this.store);
  readonly queries = new SqliteQueries({ path: this.path });
  readonly #parts = sqliteParts({ path: this.path }, { clock });
  readonly records = this.#parts.alertRecords();
  readonly #alerts = this.#parts.alertStore();
  readonly telemetry = new RecordingTelemetry();
  readonly cache: StatusCache;
  readonly #stopping = new AbortController();

  private constructor(more: Pick<StatusCacheOptions, "quorums">) {
    const { queries, records, telemetry } = this;
    this.cache = new StatusCache({
      ...{ queries, records, clock, telemetry, dependency: "store" },
      ...more,
    });
  }

  static async create(more: Pick<StatusCacheOptions, "quorums"> = {}): Promise<MadeStore> {
    const made = new MadeStore(more);
    await made.store.migrate();
    return made;
  }

  /** Applies reports, the oldest first. */
  async add(...makings: readonly Making[]): Promise<void> {
    await this.#reports.add(...makings);
  }

  /** Decides alerts, as their leader; resolves to what is due then in `ops`. */
  async decide(decision: Decision): Promise<readonly Delivery[]> {
    await this.#alerts.lead();
    await this.#alerts.write(decision);
    return await this.#alerts.claim(["ops"], 60_000);
  }

  /** Notes what came of an attempt. */
  async settle(attempt: Attempt): Promise<void> {
    await this.#alerts.settle(attempt);
  }

  /** Takes the file away from its reader; the result brings it back. */
  async hide(): Promise<() => Promise<void>> {
    await this.queries.close();
    await this.records.close();
    await Deno.rename(this.path, `${this.path}.away`);
    return () => Deno.rename(`${this.path}.away`, this.path);
  }

  /** The application as a server has it. */
  app({ listed, ...options }: Partial<AppOptions> & Pick<WebOptions, "listed"> = {}) {
    const { signal } = this.#stopping;
    const isPublic = options.look?.isPublic;
    return createApp({
      source: isPublic ? new PublicSource(this.cache, listed) : this.cache,
      look: { title: "Status" },
      clock,
      telemetry: this.telemetry,
      signal,
      ...options,
    });
  }

  /** The text of an answer, and the answer. */
  async get(path: string, headers: Record<string, string> = {}) {
    const response = await this.app().request(path, { headers });
    return { response, text: await response.text() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.queries.close();
    await this.records.close();
    await this.#alerts.close();
    await this.store.close();
    this.#folder[Symbol.dispose]();
  }
}
