/** Everything that an outbox file holds, decoded. */
import type { DatabaseSync } from "node:sqlite";
import { decodeMessage } from "../report/codec.ts";
import type { Gap, SiteReport } from "../report/report.ts";
import { checkPages } from "./file/outbox_database.ts";
import { eachRow, readOutbox } from "./file/read_outbox.ts";

/** A row as the file has it. */
interface StoredRow {
  /** Of a dead letter, which is kept in a table of its own. */
  readonly deadReason: string | null;
  readonly producerId: string;
  readonly sequence: number;
  readonly recordedAt: number;
  readonly payload: Uint8Array;
}

/** What a row holds; of one that this version cannot decode, the bytes. */
export type ExportedRow =
  & Omit<StoredRow, "payload">
  & (
    | { readonly kind: "report"; readonly report: SiteReport }
    | { readonly kind: "gap"; readonly gap: Gap }
    | { readonly kind: "undecodable"; readonly detail: string; readonly payload: Uint8Array }
  );

/** How many rows were read; those that are dead letters or undecodable count as that alone. */
export interface ExportSummary {
  readonly reports: number;
  readonly gaps: number;
  readonly deadLetters: number;
  readonly undecodable: number;
}

const COLUMNS = "producer_id AS producerId, sequence, recorded_at AS recordedAt, payload";

/**
 * Hands every row to `onRow`, in their order. Throws what readOutbox() does. The whole file is
 * checked first, so that nothing is handed out of a damaged one.
 */
export function exportOutbox(path: string, onRow: (row: ExportedRow) => void): ExportSummary {
  const counts = { reports: 0, gaps: 0, deadLetters: 0, undecodable: 0 };
  readOutbox(path, (sql) => {
    checkPages(sql);
    for (const { id: _, ...stored } of storedRows(sql)) {
      const row = exportedRow(stored as unknown as StoredRow);
      counts[countOf(row)]++;
      onRow(row);
    }
  });
  return counts;
}

function* storedRows(sql: DatabaseSync) {
  yield* eachRow(sql, "outbox_row", `NULL AS deadReason, ${COLUMNS}`);
  yield* eachRow(sql, "dead_letter", `reason AS deadReason, ${COLUMNS}`);
}

function countOf({ kind, deadReason }: ExportedRow): keyof ExportSummary {
  if (kind === "undecodable") return "undecodable";
  if (deadReason !== null) return "deadLetters";
  return kind === "report" ? "reports" : "gaps";
}

function exportedRow({ payload, ...row }: StoredRow): ExportedRow {
  try {
    const message = decodeMessage(payload);
    if (message.kind !== "v1") return { ...row, ...message };
    return { ...row, kind: "undecodable", detail: "neither a report nor a gap", payload };
  } catch (error) {
    return { ...row, kind: "undecodable", detail: (error as Error).message, payload };
  }
}
