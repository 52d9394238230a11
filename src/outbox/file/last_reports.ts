/** What the outbox knows of each site's last report, so that coalescing knows what to keep. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Outcome } from "../../report/outcome.ts";

/** A site's last report. */
export interface LastReport {
  readonly outcome: Outcome;
  readonly sequence: number;
  /** Of its row, which may be gone; 0 when it was gone already when the file was opened. */
  readonly rowId: number;
}

/** One whose outcome the file knows too. */
interface Known extends LastReport {
  /** Of the report that the file has as the site's last one. */
  readonly savedSequence: number;
}

/**
 * The last report of each site, in memory. The file has its outcome, and a sequence that is not far
 * behind: most reports change nothing there, as most are like the one before.
 */
export class LastReports {
  readonly #known = new Map<string, Known>();
  /** What a transaction has replaced, in case it is rolled back. */
  readonly #replaced = new Map<string, Known | undefined>();
  readonly #staleAfter: number;
  readonly #save: StatementSync;

  /**
   * Reads them from the file, and forgets sites that none of the last `reportsMax` reports was of
   * and of which no row waits: they may have left the configuration. If one comes back, its next
   * report counts as an edge.
   */
  constructor(sql: DatabaseSync, reportsMax: number) {
    this.#staleAfter = reportsMax / 2;
    this.#save = sql.prepare("INSERT OR REPLACE INTO last_report VALUES (?, ?, ?)");
    const rowIds = new Map(
      sql.prepare("SELECT key, id FROM outbox_row WHERE is_newest = 1").all()
        .map(({ key, id }) => [key as string, id as number]),
    );
    const forget = sql.prepare("DELETE FROM last_report WHERE site = ?");
    const { oldest } = sql.prepare("SELECT sequence - ? AS oldest FROM producer").get(reportsMax)!;
    for (const row of sql.prepare("SELECT site, outcome, sequence FROM last_report").all()) {
      const { site, outcome, sequence } = row as unknown as { site: string } & LastReport;
      const rowId = rowIds.get(site);
      if (rowId === undefined && sequence < (oldest as number)) forget.run(site);
      else this.#known.set(site, { outcome, sequence, savedSequence: sequence, rowId: rowId ?? 0 });
    }
  }

  /** Of a transaction that begins now. */
  begin(): void {
    this.#replaced.clear();
  }

  /** Forgets what was noted since `begin()`. */
  rollBack(): void {
    for (const [site, known] of this.#replaced) {
      if (known === undefined) this.#known.delete(site);
      else this.#known.set(site, known);
    }
    this.#replaced.clear();
  }

  of(site: string): LastReport | undefined {
    return this.#known.get(site);
  }

  /** Notes a report that was stored after all others. */
  note(site: string, { outcome, sequence, rowId }: LastReport): void {
    const former = this.#known.get(site);
    if (!this.#replaced.has(site)) this.#replaced.set(site, former);
    const isSaved = former?.outcome === outcome &&
      sequence - former.savedSequence <= this.#staleAfter;
    if (!isSaved) this.#save.run(site, outcome, sequence);
    const savedSequence = isSaved ? former.savedSequence : sequence;
    this.#known.set(site, { outcome, sequence, rowId, savedSequence });
  }
}
