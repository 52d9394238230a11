/** Everything that an outbox file holds, decoded, and of a damaged one what can still be read. */
import type { DatabaseSync } from "node:sqlite";
import { decodeMessage } from "../report/codec.ts";
import type { Gap, SiteReport } from "../report/report.ts";
import { normalized, type Run, without } from "../report/sequence_runs.ts";
import { OutboxRefusedError } from "./outbox_error.ts";
import { readOutbox } from "./file/read_outbox.ts";
import { salvagedRows } from "./file/salvaged_rows.ts";

/** A row as the file has it. */
export interface StoredRow {
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

/** What was read, and what was not. */
export interface ExportSummary {
  readonly reports: number;
  readonly gaps: number;
  readonly deadLetters: number;
  readonly undecodable: number;
  /** Why SQLite could not read the file; `undefined` of a sound one. */
  readonly damage: string | undefined;
  /** Rows of which a part is left. */
  readonly brokenRows: number;
  /**
   * By producer: sequences between the lowest and the highest that were read, and that are not
   * there: they were published before, or cannot be read. Of a damaged file alone.
   */
  readonly absent: ReadonlyMap<string, readonly Run[]>;
}

/** The smallest page that there is: SQLite takes what is shorter for a new file. */
const FILE_BYTES_MIN = 512;
/** Rows that are in memory at once. */
const PAGE_ROWS = 500;

/**
 * Hands every row to `onRow`: of a sound file in their order, of a damaged one as they are found.
 * Throws what readOutbox() does for a file that is missing, or another program's.
 */
export function exportOutbox(path: string, onRow: (row: ExportedRow) => void): ExportSummary {
  const tally = new Tally(onRow);
  const damage = damageOf(path);
  if (damage === undefined) readOutbox(path, (sql) => readRows(sql, tally));
  else for (const row of salvagedRows(path)) tally.add(row);
  return tally.summary(damage);
}

/** The whole file is looked at first, so that nothing is handed out twice. */
function damageOf(path: string): string | undefined {
  if (Deno.statSync(path).size < FILE_BYTES_MIN) return "the file is too short";
  try {
    const answer = readOutbox(path, (sql) => sql.prepare("PRAGMA quick_check(1)").get()!);
    return answer.quick_check === "ok" ? undefined : String(answer.quick_check);
  } catch (error) {
    const isForeign = error instanceof OutboxRefusedError && error.cause === undefined;
    if (isForeign || !(error instanceof Error)) throw error;
    return error.message;
  }
}

function readRows(sql: DatabaseSync, tally: Tally): void {
  const columns = "id, producer_id AS producerId, sequence, recorded_at AS recordedAt, payload";
  readPages(sql, tally, `SELECT NULL AS deadReason, ${columns} FROM outbox_row`);
  readPages(sql, tally, `SELECT reason AS deadReason, ${columns} FROM dead_letter`);
}

function readPages(sql: DatabaseSync, tally: Tally, select: string): void {
  const page = sql.prepare(`${select} WHERE id > ? ORDER BY id LIMIT ${PAGE_ROWS}`);
  for (let lastId = 0;;) {
    const rows = page.all(lastId);
    if (rows.length === 0) return;
    for (const row of rows) tally.add(row as unknown as StoredRow);
    lastId = rows.at(-1)!.id as number;
  }
}

class Tally {
  readonly #onRow: (row: ExportedRow) => void;
  readonly #found = new Map<string, Run[]>();
  readonly #counts = { reports: 0, gaps: 0, deadLetters: 0, undecodable: 0 };
  #brokenRows = 0;

  constructor(onRow: (row: ExportedRow) => void) {
    this.#onRow = onRow;
  }

  /** Nothing stands for a row that is broken. */
  add(row: StoredRow | undefined): void {
    if (row === undefined) {
      this.#brokenRows++;
      return;
    }
    const exported = exportedRow(row);
    this.#count(exported);
    this.#note(exported);
    this.#onRow(exported);
  }

  summary(damage: string | undefined): ExportSummary {
    const absent = damage === undefined
      ? []
      : [...this.#found].map(([producerId, runs]) => [producerId, holesIn(runs)] as const);
    return {
      ...this.#counts,
      damage,
      brokenRows: this.#brokenRows,
      absent: new Map(absent.filter(([, runs]) => runs.length > 0)),
    };
  }

  #count({ kind, deadReason }: ExportedRow): void {
    if (kind === "undecodable") this.#counts.undecodable++;
    if (deadReason !== null) this.#counts.deadLetters++;
    else if (kind === "report") this.#counts.reports++;
    else if (kind === "gap") this.#counts.gaps++;
  }

  /** Neighbours are merged at once, since a file may hold millions. */
  #note(row: ExportedRow): void {
    const { first, last } = row.kind === "gap"
      ? row.gap
      : { first: row.sequence, last: row.sequence };
    const runs = this.#found.get(row.producerId) ?? [];
    this.#found.set(row.producerId, runs);
    const before = runs.at(-1);
    if (before?.last === first - 1) runs[runs.length - 1] = { first: before.first, last };
    else runs.push({ first, last });
  }
}

function holesIn(runs: readonly Run[]): Run[] {
  const found = normalized(runs);
  return without([{ first: found[0]!.first, last: found.at(-1)!.last }], found);
}

function exportedRow({ payload, ...row }: StoredRow): ExportedRow {
  try {
    const message = decodeMessage(payload);
    if (message.kind === "report") return { ...row, kind: "report", report: message.report };
    if (message.kind === "gap") return { ...row, kind: "gap", gap: message.gap };
    return { ...row, kind: "undecodable", detail: "it is no message of an outbox", payload };
  } catch (error) {
    return { ...row, kind: "undecodable", detail: (error as Error).message, payload };
  }
}
