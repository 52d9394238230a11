/** Copies the unsent rows of an outbox whose file was removed or replaced while it was open. */
import type { OutboxDatabase } from "./outbox_database.ts";

/** Rows that are in memory at once. */
const PAGE_ROWS = 500;

/**
 * Copies rows and dead letters of one outbox into another, in one transaction. They keep producer
 * and sequence. As rows of a former producer they have no `is_newest`: no limit drops them, since
 * only their own producer could announce that.
 */
export function adoptRows(from: OutboxDatabase, to: OutboxDatabase): void {
  to.transaction((state) => {
    const { reportCount, gapCount, recordedAt } = from.state();
    copy(from, to, "outbox_row (kind, key, producer_id, sequence, recorded_at, payload)");
    copy(from, to, "dead_letter (reason, kind, key, producer_id, sequence, recorded_at, payload)");
    state.reportCount += reportCount;
    state.gapCount += gapCount;
    state.recordedAt = Math.max(state.recordedAt, recordedAt);
  });
}

/** Through memory: a thread whose permissions are limited may not attach a second file. */
function copy(from: OutboxDatabase, to: OutboxDatabase, table: string): void {
  const [, name, columns] = /^(\w+) \((.+)\)$/.exec(table)!;
  const read = from.sql.prepare(
    `SELECT id, ${columns} FROM ${name} WHERE id > ? ORDER BY id LIMIT ${PAGE_ROWS}`,
  );
  const write = to.sql.prepare(
    `INSERT INTO ${table} VALUES (${columns!.split(",").map(() => "?").join(", ")})`,
  );
  for (let lastId = 0;;) {
    const rows = read.all(lastId);
    if (rows.length === 0) return;
    for (const { id, ...values } of rows) {
      write.run(...Object.values(values));
      lastId = id as number;
    }
  }
}
