/** `producer_gap` and `dead_letter`: what will never be a report, each kept once. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Gap } from "../../report/report.ts";
import type { DeadLetter } from "../store.ts";

const ADD_GAP = `
INSERT INTO producer_gap (producer_id, first, last, reason) VALUES (?, ?, ?, ?)
ON CONFLICT DO NOTHING`;

const ADD_DEAD_LETTER = `
INSERT INTO dead_letter
  (topic, "partition", "offset", recorded_at, received_at, reason, detail, key, value, sitemon_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING`;

const REMOVE_DEAD_LETTER = "DELETE FROM dead_letter WHERE number = ?";

/** Gaps and dead letters of one connection, within the caller's transaction. */
export class SetAside {
  readonly #addGap: StatementSync;
  readonly #addDeadLetter: StatementSync;
  readonly #removeDeadLetter: StatementSync;

  constructor(db: DatabaseSync) {
    this.#addGap = db.prepare(ADD_GAP);
    this.#addDeadLetter = db.prepare(ADD_DEAD_LETTER);
    this.#removeDeadLetter = db.prepare(REMOVE_DEAD_LETTER);
  }

  addGap(gap: Gap): void {
    this.#addGap.run(gap.producer_id, gap.first, gap.last, gap.reason);
  }

  /** True when it was new. */
  addDeadLetter(deadLetter: DeadLetter, nowMicros: number): boolean {
    const { changes } = this.#addDeadLetter.run(
      deadLetter.topic,
      deadLetter.partition,
      deadLetter.offset,
      deadLetter.timestampMs * 1_000,
      nowMicros,
      deadLetter.reason,
      deadLetter.detail,
      deadLetter.key,
      deadLetter.value,
      deadLetter.sitemonId,
    );
    return changes === 1;
  }

  /** For one that is applied now. */
  removeDeadLetter(number: number): void {
    this.#removeDeadLetter.run(number);
  }
}
