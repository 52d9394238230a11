/** The rows of a damaged outbox: whatever in its pages has the form of one. */
import type { StoredRow } from "../export_outbox.ts";
import { PageFile } from "./page_file.ts";
import { type Cell, tableRows } from "./table_rows.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Yields each row once, or nothing for one of which a part is left. The list of free pages may be
 * damaged too, and then rows that were published before are among them.
 */
export function* salvagedRows(path: string): Generator<StoredRow | undefined, void> {
  using file = new PageFile(path);
  const seen = new Set<string>();
  for (const row of tableRows(file)) {
    if (row === undefined) {
      yield undefined;
      continue;
    }
    const stored = storedRow(row.cells);
    const id = `${stored?.deadReason !== null} ${row.rowId}`;
    if (stored === undefined || seen.has(id)) continue;
    seen.add(id);
    yield stored;
  }
}

/** By the form of the tables `outbox_row` and `dead_letter`, in which the id is not repeated. */
function storedRow(cells: readonly Cell[]): StoredRow | undefined {
  if (cells.length === 9) {
    const [, kind, , producerId, sequence, recordedAt, , , payload] = cells;
    return rowOf({ deadReason: null, kind, producerId, sequence, recordedAt, payload });
  }
  if (cells.length === 8 && typeof cells[1] === "string") {
    const [, deadReason, kind, , producerId, sequence, recordedAt, payload] = cells;
    return rowOf({
      deadReason: deadReason as string,
      kind,
      producerId,
      sequence,
      recordedAt,
      payload,
    });
  }
  return undefined;
}

interface FoundCells {
  readonly deadReason: string | null;
  readonly kind: Cell | undefined;
  readonly producerId: Cell | undefined;
  readonly sequence: Cell | undefined;
  readonly recordedAt: Cell | undefined;
  readonly payload: Cell | undefined;
}

function rowOf(cells: FoundCells): StoredRow | undefined {
  const { deadReason, kind, producerId, sequence, recordedAt, payload } = cells;
  if (kind !== "report" && kind !== "gap") return undefined;
  if (typeof producerId !== "string" || !UUID.test(producerId)) return undefined;
  if (typeof sequence !== "number" || typeof recordedAt !== "number") return undefined;
  if (!(payload instanceof Uint8Array)) return undefined;
  return { deadReason, producerId, sequence, recordedAt, payload };
}
