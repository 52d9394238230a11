/**
 * The outbox: a SQLite file that keeps reports from the moment they are stored until the receiver
 * has acknowledged them. One owner; every call is synchronous and blocks its thread.
 */
import type { SiteReport } from "../report/report.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Telemetry } from "../runtime/telemetry.ts";
import type { Settlement, TakeLimits } from "./outbox_source.ts";
import type { OutboxStats } from "./outbox_stats.ts";
import type { OutboxRow } from "./publisher.ts";

/** What happens to a report that finds the outbox at a limit. */
export type WhenFull = "coalesce" | "drop_oldest" | "pause";

export interface OutboxOptions {
  readonly path: string;
  /** Bytes of the file in use. */
  readonly bytesMax: number;
  /** Reports and gaps that wait. */
  readonly rowsMax: number;
  /** Below this the file may not grow. */
  readonly freeBytesMin: number;
  readonly whenFull: WhenFull;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Bytes that the disk has left; by default it is asked. */
  readonly freeBytes?: () => number;
}

/** Reports that are stored together or not at all. */
export interface ReportBatch {
  readonly reports: readonly SiteReport[];
  /** Makes storing exactly-once: a batch at most as high as the source's last one is stored already. */
  readonly source?: { readonly id: string; readonly batch: number };
}

/** Sequences that one transaction gave. */
export interface SequenceRange {
  readonly first: number;
  readonly last: number;
}

export class Outbox implements Disposable {
  /**
   * Opens the file and takes its lock; a corrupt one is moved aside first.
   *
   * Throws {@linkcode OutboxLockedError}, {@linkcode OutboxRefusedError} or
   * {@linkcode OutboxUnavailableError}.
   */
  static open(_options: OutboxOptions): Outbox {
    throw new Error("skeleton");
  }

  /** {@linkcode appendBatches} of one batch. */
  append(
    reports: readonly SiteReport[],
    source?: ReportBatch["source"],
  ): SequenceRange | undefined {
    return this.appendBatches([source ? { reports, source } : { reports }]);
  }

  /**
   * Stores the reports of all batches in one durable transaction, each under the next sequence.
   * Resolves to `undefined` when nothing was new.
   *
   * Throws {@linkcode OutboxFullError} or {@linkcode OutboxUnavailableError} and has then stored
   * nothing.
   */
  appendBatches(_batches: readonly ReportBatch[]): SequenceRange | undefined {
    throw new Error("skeleton");
  }

  /** The oldest rows, which are then in flight until {@linkcode settle} or {@linkcode release}. */
  take(_limits: Pick<TakeLimits, "rowsMax" | "bytesMax">): readonly OutboxRow[] {
    throw new Error("skeleton");
  }

  /** Ends the batch in flight; ids that are not in flight are ignored. */
  settle(_settlement: Settlement): void {
    throw new Error("skeleton");
  }

  /** Gives the batch in flight back, as when its relay died. */
  release(): void {
    throw new Error("skeleton");
  }

  stats(): OutboxStats {
    throw new Error("skeleton");
  }

  /** Closes the file and gives its lock back; repeating it is harmless. */
  close(): void {
    throw new Error("skeleton");
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
