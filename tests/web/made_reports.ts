/** Reports that were made up, put into a store. */
import type { SiteReport } from "../../src/report/report.ts";
import { CHUNK_REPORTS_MAX, type StatusStore } from "../../src/status/store.ts";
import { aReport, PRODUCERS } from "../contract/site_reports.ts";

/** A report of `agoMs` before now, with a sequence of its own. */
export type Making = Partial<SiteReport> & { readonly agoMs?: number };

/** A producer that never was, with one sequence through all that it adds. */
export class MadeReports {
  readonly #store: StatusStore;
  #sequence = 0;

  constructor(store: StatusStore) {
    this.#store = store;
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
}
