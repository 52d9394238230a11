/** The rows of an outbox that its receiver will never take: read at any time, requeued by an owner. */
import { OutboxDatabase } from "./file/outbox_database.ts";
import { OutboxLock } from "./file/outbox_lock.ts";
import { hasLog } from "./file/outbox_record.ts";
import type { OutboxRow } from "./publisher.ts";
import { explained, outboxBytes, readOutbox } from "./file/read_outbox.ts";

/** A row that was too large by itself. Its sequence is announced in a gap. */
export interface OutboxDeadLetter extends Omit<OutboxRow, "traceparent"> {
  readonly reason: string;
}

const SELECT = `SELECT id, reason, kind, key, producer_id AS producerId, sequence,
  recorded_at AS recordedAt, payload FROM dead_letter ORDER BY id`;

const PUT_BACK = `
INSERT INTO outbox_row (kind, key, producer_id, sequence, recorded_at, payload)
SELECT kind, key, producer_id, sequence, recorded_at, payload FROM dead_letter WHERE id = ?
RETURNING kind`;

/** All of them, at most DEAD_LETTERS_MAX, oldest first. Throws what readOutbox() does. */
export function readDeadLetters(path: string): readonly OutboxDeadLetter[] {
  return readOutbox(path, (sql) => sql.prepare(SELECT).all()) as unknown as OutboxDeadLetter[];
}

/**
 * Puts dead letters back into the queue, all of them in one transaction; returns how many there
 * were. What is too large again becomes a dead letter again, and no second gap.
 *
 * Throws {@linkcode OutboxLockedError} while a producer owns the file, and what readOutbox() does.
 */
export function requeueDeadLetters(path: string, ids: readonly number[]): number {
  outboxBytes(path);
  using lock = new OutboxLock(path);
  const { record } = lock;
  const isKilled = record?.isOpen && hasLog(path);
  try {
    using database = OutboxDatabase.open(path);
    // Closing the file removes its log, whose absence the next owner would take for a loss.
    if (isKilled) lock.note({ ...record, isOpen: false });
    const putBack = database.sql.prepare(PUT_BACK);
    const remove = database.sql.prepare("DELETE FROM dead_letter WHERE id = ?");
    return database.transaction((state) => {
      const kinds = ids.flatMap((id) => putBack.all(id)).map(({ kind }) => kind);
      for (const id of ids) remove.run(id);
      state.reportCount += kinds.filter((kind) => kind === "report").length;
      state.gapCount += kinds.filter((kind) => kind === "gap").length;
      return kinds.length;
    });
  } catch (error) {
    throw explained(error, path, "write to");
  }
}
