/** What the audit asks of a store. Implemented in postgres/ and sqlite/; each shows one moment. */
import type { Run } from "../../report/sequence_runs.ts";

/**
 * Where history was purged, the audit begins this much later: a report is recorded a little after
 * its check began, and is purged by the latter time.
 */
export const AFTER_HORIZON_MICROS = 3_600_000_000;

/** A report of the history, as far as the audit wants to know. */
export interface KeptReport {
  readonly sequence: number;
  /** Microseconds since 1970; it rises with the sequence. */
  readonly recordedAt: number;
  readonly location: string;
}

/** Sequences of a producer. */
export interface ProducerRun extends Run {
  readonly producerId: string;
}

/** A report of the history, and the one before it, whose sequences do not follow each other. */
export interface Break {
  readonly before: number;
  /** Equal to `before` where a sequence stands for two reports. */
  readonly sequence: number;
}

/** What is known of sequences from elsewhere than the history. */
export interface BesideHistory {
  /** Reports checked before it were purged, in microseconds since 1970; `null` when none was. */
  readonly horizonMicros: number | null;
  readonly gaps: readonly ProducerRun[];
  /** Gaps of reports that an outbox lost; some of them may have been sent before. */
  readonly lost: readonly ProducerRun[];
  /** The header sitemon-id of each dead letter. */
  readonly deadLetterIds: readonly (string | null)[];
  /**
   * By producer: the lowest and the highest sequence that statuses and transitions name, of those
   * that were checked {@linkcode AFTER_HORIZON_MICROS} after the horizon, or later.
   */
  readonly named: readonly ProducerRun[];
}

/** Rejects with the errors of the store port. */
export interface AuditReader {
  besideHistory(): Promise<BesideHistory>;
  /** Producers with reports in the history. */
  producers(): Promise<readonly string[]>;
  count(producerId: string): Promise<number>;
  /** The report with the lowest sequence that is not below `sequence`. */
  atOrAfter(producerId: string, sequence: number): Promise<KeptReport | undefined>;
  last(producerId: string): Promise<KeptReport | undefined>;
  /**
   * Where the sequences from `first` on do not rise by one, that of the first report compared with
   * `first - 1`: the lowest `limit` such places, rising.
   */
  breaks(
    producerId: string,
    range: { readonly first: number; readonly limit: number },
  ): Promise<readonly Break[]>;
}
