/** Rows of a former producer: kept in its file by a new one, or copied into a new file. */
import { encodeGap } from "../../report/codec.ts";
import { LOST_REASON } from "../../report/fields.ts";
import { readNotes, writeNote } from "./note_rows.ts";
import { OutboxDatabase, type ProducerState, removeOutbox } from "./outbox_database.ts";
import type { OutboxTables } from "./outbox_tables.ts";
import { eachRow } from "./read_outbox.ts";

/** Sequences that a former producer stored, some of which may be lost. */
export interface LostRun {
  readonly producerId: string;
  readonly first: number;
  readonly last: number;
}

/**
 * The next report is the first of a new producer, so that no sequence stands for two reports. Rows
 * keep their producer and sequence. They have no `is_newest` any more: no limit drops them, since
 * only their own producer could announce that.
 */
export function startOver(
  database: OutboxDatabase,
  { lost, nowMicros }: { readonly lost: LostRun | undefined; readonly nowMicros: number },
): void {
  database.transaction((state) => {
    for (
      const statement of [
        "UPDATE outbox_row SET is_newest = NULL, is_edge = NULL WHERE is_newest IS NOT NULL",
        "DELETE FROM last_report",
        "DELETE FROM gap",
        // Of an older file they would be older than what has happened since.
        "DELETE FROM site_note",
      ]
    ) database.sql.prepare(statement).run();
    state.producerId = crypto.randomUUID();
    state.sequence = 0;
    state.recordedAt = Math.max(state.recordedAt, nowMicros);
    if (lost) announceLost(database, lost, state);
  });
  // What was lost once with its log must not be forgotten with the next one.
  database.checkpoint();
}

/** Announces what was lost, so that the audit looks for it; some of it may have been sent before. */
function announceLost(database: OutboxDatabase, lost: LostRun, state: ProducerState): void {
  const { producerId, first, last } = lost;
  const count = last - first + 1;
  const payload = encodeGap({ producer_id: producerId, first, last, count, reason: LOST_REASON });
  database.sql.prepare(
    `INSERT INTO outbox_row (kind, key, producer_id, sequence, recorded_at, payload)
     VALUES ('gap', ?1, ?1, ?2, ?3, ?4)`,
  ).run(producerId, first, state.recordedAt, payload);
  state.gapCount++;
}

const COLUMNS = "kind, key, producer_id, sequence, recorded_at, payload";

/**
 * Copies the rows and dead letters that can be read into a new file, or makes none; `sequence` is the
 * last one that was stored, of which some may be lost if they cannot be read. Returns the new producer, and how many waiting rows were not read.
 */
export function adoptRows(
  { database: from, inFlight }: OutboxTables,
  path: string,
  sequence: number,
): { readonly producerId: string; readonly lostRows: number } {
  using to = OutboxDatabase.open(path, { idsAfter: inFlight.lastId, isNew: true });
  try {
    return to.transaction((state) => {
      const { producerId, reportCount, gapCount, recordedAt } = from.state();
      const copied = copy(from, to, "outbox_row", COLUMNS);
      copy(from, to, "dead_letter", `reason, ${COLUMNS}`);
      for (const [name, text] of readableNotes(from)) writeNote(to.sql, name, text);
      copy(from, to, "site_note", "name, value");
      const count = to.sql.prepare("SELECT count(*) AS count FROM outbox_row WHERE kind = ?");
      state.reportCount = count.get("report")!.count as number;
      state.gapCount = count.get("gap")!.count as number;
      state.recordedAt = Math.max(state.recordedAt, recordedAt);
      const lostRows = Math.max(0, reportCount + gapCount - copied);
      if (lostRows > 0) announceLost(to, { producerId, first: 1, last: sequence }, state);
      return { producerId: state.producerId, lostRows };
    });
  } catch (error) {
    removeOutbox(path);
    throw error;
  }
}

/** Through memory: a thread whose permissions are limited may not attach a second file. */
function copy(from: OutboxDatabase, to: OutboxDatabase, table: string, columns: string): number {
  const values = columns.split(",").map(() => "?").join(", ");
  const write = to.sql.prepare(`INSERT INTO ${table} (${columns}) VALUES (${values})`);
  const rows = eachRow(from.sql, table, columns);
  for (let copied = 0;; copied++) {
    const row = nextReadable(rows);
    if (row === undefined) return copied;
    const { id: _, ...cells } = row;
    write.run(...Object.values(cells));
  }
}

/** Where they cannot be read, none: whoever noted them finds them out again. */
function readableNotes({ sql }: OutboxDatabase): ReadonlyMap<string, string> {
  try {
    return readNotes(sql);
  } catch {
    return new Map();
  }
}

/** The next row; undefined at the end, and where the disk or damage ends the reading. */
function nextReadable(rows: ReturnType<typeof eachRow>) {
  try {
    return rows.next().value ?? undefined;
  } catch {
    return undefined;
  }
}
