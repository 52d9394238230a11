/** Maintenance of the SQLite store; a call blocks its thread for one batch at a time. */
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../runtime/clock.ts";
import type { SiteKey } from "../queries.ts";
import { type Purged, ROLLUPS_RETENTION_MS, type StatusMaintenance } from "../maintenance.ts";
import { NEXT_CHANGE } from "./chunk_writer.ts";
import { StoreFile, transaction } from "./store_file.ts";

/** Rows that one transaction deletes: some 50 ms in which the thread does nothing else. */
const DELETE_ROWS_MAX = 2_000;
const DAY_MICROS = 86_400_000_000;

const MOVE_HORIZON =
  "UPDATE history_horizon SET not_before = :not_before WHERE not_before < :not_before";

const DELETE_REPORTS = `
DELETE FROM site_report WHERE (producer_id, sequence, checked_at) IN (
  SELECT producer_id, sequence, checked_at FROM site_report
  WHERE checked_at < (SELECT not_before FROM history_horizon) LIMIT ${DELETE_ROWS_MAX})`;

/** Microseconds; never later than the horizon, so that no report can come for what is deleted. */
const BEFORE = "min(:before, (SELECT not_before FROM history_horizon))";

const DELETE_HOURS = `
DELETE FROM site_hour WHERE (site, location, hour) IN (
  SELECT h.site, h.location, h.hour FROM site_status s JOIN site_hour h USING (site, location)
  WHERE h.hour < ${BEFORE} LIMIT ${DELETE_ROWS_MAX})`;

const DELETE_DAYS = `
DELETE FROM site_day WHERE (site, location, day) IN (
  SELECT d.site, d.location, d.day FROM site_status s JOIN site_day d USING (site, location)
  WHERE d.day < date(${BEFORE} / 1000000, 'unixepoch') LIMIT ${DELETE_ROWS_MAX})`;

/** The newest of the old ones stays: its outcome is still in force after it. */
const DELETE_TRANSITIONS = `
DELETE FROM site_transition WHERE (site, location, order_at, producer_id, sequence) IN (
  SELECT t.site, t.location, t.order_at, t.producer_id, t.sequence
  FROM site_status s JOIN site_transition t USING (site, location)
  WHERE t.order_at < ${BEFORE} AND EXISTS (
    SELECT 1 FROM site_transition n
    WHERE n.site = t.site AND n.location = t.location AND n.order_at < ${BEFORE}
      AND (n.order_at, n.producer_id, n.sequence) > (t.order_at, t.producer_id, t.sequence))
  LIMIT ${DELETE_ROWS_MAX})`;

/** Messages go with their alert. */
const DELETE_ALERTS = `
DELETE FROM alert WHERE id IN (
  SELECT id FROM alert WHERE ended_at < ${BEFORE} LIMIT ${DELETE_ROWS_MAX})`;

const DELETE_MUTES = `
DELETE FROM mute WHERE id IN (
  SELECT id FROM mute WHERE ends_at < ${BEFORE} LIMIT ${DELETE_ROWS_MAX})`;

const FORGET = `
UPDATE site_status SET removed_at = max(:now, order_at), changed_in = :change
WHERE site = :site AND (:location IS NULL OR location = :location) AND NOT is_removed
RETURNING site, location`;

export class SqliteMaintenance implements StatusMaintenance {
  readonly #path: string;
  readonly #clock: Clock;

  constructor({ path, clock }: { readonly path: string; readonly clock: Clock }) {
    this.#path = path;
    this.#clock = clock;
  }

  prepare(retentionMs: number): Promise<void> {
    return this.#use((db) => {
      const before = this.#clock.nowMicros() - retentionMs * 1_000;
      const not_before = Math.max(0, before - before % DAY_MICROS);
      db.prepare(MOVE_HORIZON).run({ not_before });
    });
  }

  purge(signal: AbortSignal): Promise<Purged> {
    return this.#use(async (db) => {
      const now = this.#clock.nowMicros();
      const before = now - now % DAY_MICROS - ROLLUPS_RETENTION_MS * 1_000;
      const deleteAll = (sql: string) =>
        this.#deleteAll(() => db.prepare(sql).run({ before }), signal);
      const reports = await this.#deleteAll(() => db.prepare(DELETE_REPORTS).run(), signal);
      const transitions = await deleteAll(DELETE_TRANSITIONS);
      const rollups = await deleteAll(DELETE_HOURS) + await deleteAll(DELETE_DAYS);
      const alerts = await deleteAll(DELETE_ALERTS) + await deleteAll(DELETE_MUTES);
      return { reports, transitions, rollups, alerts };
    });
  }

  forget(site: string, location?: string): Promise<readonly SiteKey[]> {
    return this.#use((db) =>
      transaction(db, () => {
        const change = db.prepare(NEXT_CHANGE).get()!.number as number;
        const now = this.#clock.nowMicros();
        return db.prepare(FORGET).all({ site, location: location ?? null, now, change })
          .map((row) => ({ site: row.site as string, location: row.location as string }));
      })
    );
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Batch by batch, letting the thread do its other work in between. */
  async #deleteAll(
    deleteSome: () => { readonly changes: number | bigint },
    signal: AbortSignal,
  ): Promise<number> {
    let deleted = 0;
    while (!signal.aborted) {
      const count = Number(deleteSome().changes);
      deleted += count;
      if (count < DELETE_ROWS_MAX) break;
      await new Promise<void>((resolve) => this.#clock.after(0, resolve));
    }
    return deleted;
  }

  /** On a connection of its own, open only while it is at work. */
  async #use<T>(body: (db: DatabaseSync) => T | Promise<T>): Promise<T> {
    using file = new StoreFile(this.#path, "write");
    return await file.use(body);
  }
}
