/** `sitemon outbox export`: everything that an outbox holds as JSON lines, also of a damaged one. */
import { type ExportedRow, exportOutbox, type ExportSummary } from "../../outbox/export_outbox.ts";
import { OutboxUnavailableError } from "../../outbox/outbox_error.ts";
import { lockOutbox } from "../../outbox/file/outbox_lock.ts";
import { EXIT_IO, EXIT_OK } from "../exit_code.ts";
import { outboxAnswer } from "./outbox_answer.ts";
import { rangesText } from "../text/ranges_text.ts";
import type { Terminal } from "../text/terminal.ts";
import { printable, printableJson } from "../text/terminal_text.ts";

/** Of a payload that this version cannot decode: more than any report of sitemon's has. */
export const PAYLOAD_BYTES_MAX = 65_536;

/**
 * Prints one object a line, and resolves to the exit code: 74 when something could not be read.
 * While a producer has the file, 75.
 */
export function outboxExport(path: string, terminal: Terminal): Promise<number> {
  return outboxAnswer({ path, terminal }, () => {
    Deno.statSync(path);
    const lock = lockWhereWritable(path);
    try {
      const summary = exportOutbox(path, (row) => terminal.write(`${jsonLine(row)}\n`));
      terminal.writeError(summaryText(path, summary));
      return isWhole(summary) ? EXIT_OK : EXIT_IO;
    } finally {
      lock?.close();
    }
  });
}

/** What may not be written to has no owner who writes. */
function lockWhereWritable(path: string): Deno.FsFile | undefined {
  try {
    return lockOutbox(path);
  } catch (error) {
    if (error instanceof OutboxUnavailableError && error.failure === "read_only") return undefined;
    throw error;
  }
}

/** A report in its own fields; a dead letter is what it holds, and why it is one. */
function jsonLine(row: ExportedRow): string {
  const kind = row.deadReason === null ? row.kind : "dead_letter";
  return printableJson({ kind, ...reasonOf(row), ...contentOf(row) });
}

function reasonOf({ deadReason, kind }: ExportedRow) {
  return deadReason === null ? {} : { dead_reason: deadReason, content: kind };
}

function contentOf(row: ExportedRow) {
  if (row.kind === "report") return row.report;
  if (row.kind === "gap") return { recorded_at: row.recordedAt, ...row.gap };
  return {
    producer_id: row.producerId,
    sequence: row.sequence,
    recorded_at: row.recordedAt,
    detail: row.detail,
    payload: row.payload.subarray(0, PAYLOAD_BYTES_MAX).toHex(),
    payload_bytes: row.payload.length,
  };
}

function isWhole({ damage, undecodable }: ExportSummary): boolean {
  return damage === undefined && undecodable === 0;
}

function summaryText(path: string, summary: ExportSummary): string {
  const { reports, gaps, deadLetters, undecodable, damage, brokenRows, absent } = summary;
  const lines = [`Read reports: ${reports}, gaps: ${gaps}, dead letters: ${deadLetters}`];
  if (undecodable > 0) {
    lines.push(
      `Cannot decode ${undecodable} of the rows as this version must know their schema; their ` +
        "bytes are in the output",
    );
  }
  if (damage !== undefined) {
    lines.push(
      `Cannot read all of outbox "${path}" as its pages must be sound: ${damage}; ` +
        `rows of which only a part is left: ${brokenRows}`,
    );
  }
  for (const [producerId, runs] of absent) {
    lines.push(
      `Of producer ${producerId} these sequences are not there, as they were published before or ` +
        `cannot be read: ${rangesText(runs)}`,
    );
  }
  return lines.map((line) => `${printable(line)}\n`).join("");
}
