/** `sitemon outbox stats|export|drain`: what waits in a producer's outbox, and how to get it out. */
import { type ExportedRow, exportOutbox, type ExportSummary } from "../../outbox/export_outbox.ts";
import { OutboxLock } from "../../outbox/file/outbox_lock.ts";
import { outboxBytes } from "../../outbox/file/read_outbox.ts";
import { OutboxUnavailableError } from "../../outbox/outbox_error.ts";
import { type OutboxStats, readStats } from "../../outbox/outbox_stats.ts";
import { systemClock } from "../../runtime/clock.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import { threadResults } from "../../runtime/threads/thread_results.ts";
import { drainSpec } from "../../threads/drain/drain_spec.ts";
import type { DrainSetup, DrainStep } from "../../threads/drain/drain_thread.ts";
import {
  type ConfigOptions,
  type DefineCommand,
  withConfig,
  withOutboxPath,
} from "../define_command.ts";
import { EXIT_IO, EXIT_OK } from "../exit_code.ts";
import { loadFile, withOutbox } from "../load_file.ts";
import { Progress } from "../text/progress.ts";
import type { Terminal } from "../text/terminal.ts";
import { printable, printableJson } from "../text/terminal_text.ts";

export const define: DefineCommand = (command, { terminal, exit }) => {
  command.description("Shows what waits in a producer's outbox, exports it or publishes it.");
  const load = (options: OutboxOptions) =>
    withOutbox(loadFile(options, { terminal }), options.path);
  withOutboxPath(withConfig(command.command("stats"), "producer", "run"))
    .description("Prints what waits in the outbox, even while its producer runs.")
    .option("--json", "print JSON")
    .action((options: OutboxOptions) => {
      const { path } = load(options).config.outbox;
      return exit(outboxStats({ path, json: options.json }, terminal));
    });
  withOutboxPath(withConfig(command.command("export"), "producer", "run"))
    .description("Prints a stopped producer's outbox as JSON lines.")
    .action((options: OutboxOptions) =>
      exit(outboxExport(load(options).config.outbox.path, terminal))
    );
  withOutboxPath(withConfig(command.command("drain"), "producer", "run"))
    .description("Publishes what waits in a stopped producer's outbox; exits 0 when it is empty.")
    .action((options: OutboxOptions) => exit(outboxDrain(drainSpec(load(options)), terminal)));
};

interface OutboxOptions extends ConfigOptions {
  readonly path?: string;
  readonly json?: boolean;
}

/** Prints the stats and returns the exit code. Throws what readOutbox() does. */
export function outboxStats(
  { path, json }: { readonly path: string; readonly json?: boolean | undefined },
  terminal: Terminal,
): number {
  const stats = readStats(path);
  terminal.write(json ? `${JSON.stringify(statsJson(path, stats))}\n` : statsText(path, stats));
  return EXIT_OK;
}

/** Names are those of the report's fields where they mean the same. */
function statsJson(path: string, stats: OutboxStats): Record<string, unknown> {
  return {
    path,
    producer_id: stats.producerId,
    rows: stats.rows,
    bytes: stats.bytes,
    oldest_recorded_at: stats.oldestMicros,
    oldest_age_seconds: ageSeconds(stats),
    sequence_first: stats.sequenceFirst,
    sequence_last: stats.sequenceLast,
    gaps: stats.gaps,
    dead_letters: stats.deadLetters,
  };
}

function statsText(path: string, stats: OutboxStats): string {
  const age = ageSeconds(stats);
  const lines: [string, string][] = [
    ["outbox", path],
    ["producer", stats.producerId],
    ["rows", `${stats.rows} (gaps: ${stats.gaps})`],
    ["bytes", `${stats.bytes}`],
    ["oldest", age === null ? "none" : `${age.toFixed(1)} s old`],
    ["sequences", sequencesText(stats)],
    ["dead letters", `${stats.deadLetters}`],
  ];
  return lines.map(([name, value]) => `${name.padEnd(14)}${value}\n`).join("");
}

function sequencesText({ rows, sequenceFirst, sequenceLast }: OutboxStats): string {
  if (sequenceFirst !== null) return `${sequenceFirst} to ${sequenceLast}`;
  return `${rows === 0 ? "queue empty" : "only gaps"}; last sequence ${sequenceLast}`;
}

/** A clock that was set back does not make a row younger than new. */
function ageSeconds({ oldestMicros }: OutboxStats): number | null {
  return oldestMicros === null ? null : Math.max(0, (Date.now() - oldestMicros / 1_000) / 1_000);
}

/** Of a payload that this version cannot decode: more than any report has. */
const PAYLOAD_BYTES_MAX = 65_536;

/**
 * Prints one object a line, and returns the exit code: 74 when a row could not be decoded. Throws
 * OutboxLockedError while a producer uses the file, and what readOutbox() does.
 */
export function outboxExport(path: string, terminal: Terminal): number {
  outboxBytes(path);
  using _lock = lockWhereWritable(path);
  const summary = exportOutbox(path, (row) => terminal.write(`${rowJson(row)}\n`));
  terminal.writeError(summaryText(summary));
  return summary.undecodable === 0 ? EXIT_OK : EXIT_IO;
}

/** No process writes to a file in a read-only place. */
function lockWhereWritable(path: string): OutboxLock | undefined {
  try {
    return new OutboxLock(path);
  } catch (error) {
    if (error instanceof OutboxUnavailableError && error.failure === "read_only") return undefined;
    throw error;
  }
}

/** A report in its own fields; a dead letter with its reason. */
function rowJson(row: ExportedRow): string {
  const { deadReason, kind } = row;
  const dead = deadReason === null ? {} : { dead_reason: deadReason, content: kind };
  return printableJson({
    kind: deadReason === null ? kind : "dead_letter",
    ...dead,
    ...contentOf(row),
  });
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

function summaryText({ reports, gaps, deadLetters, undecodable }: ExportSummary): string {
  const summary = `Exported reports: ${reports}, gaps: ${gaps}, dead letters: ${deadLetters}\n`;
  if (undecodable === 0) return summary;
  return `${summary}rows with an unknown schema: ${undecodable}; their bytes are in the output, ` +
    "and a newer sitemon may decode them\n";
}

/** Resolves to the exit code: 0 when no row is left, 74 when some are. */
async function outboxDrain(spec: ThreadSpec<DrainSetup>, terminal: Terminal): Promise<number> {
  const { path } = spec.setup.outbox;
  const before = readStats(path);
  const { end, trouble, isDamaged } = await drainWithProgress(spec, {
    rows: before.rows,
    terminal,
  });
  const dead = end.deadLetters - before.deadLetters;
  if (dead > 0) {
    terminal.writeError(
      `${countText(dead)} too large for the receiver; see "sitemon dead-letter list"\n`,
    );
  }
  if (isDamaged) {
    terminal.writeError('recover the rows of the damaged file with "sqlite3 FILE .recover"\n');
    return EXIT_IO;
  }
  if (end.rows > 0) {
    const why = trouble ?? "try again when the receiver is reachable";
    terminal.writeError(`${printable(`${countText(end.rows)} not published: ${why}`)}\n`);
    return EXIT_IO;
  }
  terminal.write(`Published ${rowsText(before.rows - dead)}; the outbox is empty\n`);
  return EXIT_OK;
}

type DrainEnd = DrainStep & { type: "end" };

async function drainWithProgress(
  spec: ThreadSpec<DrainSetup>,
  { rows, terminal }: { readonly rows: number; readonly terminal: Terminal },
): Promise<{ end: DrainEnd; trouble: string | undefined; isDamaged: boolean }> {
  const progress = new Progress({ total: rows, unit: "rows", terminal, clock: systemClock });
  let trouble: string | undefined;
  let isDamaged = false;
  try {
    for await (const step of threadResults<DrainStep>(spec, { count: Infinity })) {
      if (step.type === "end") return { end: step, trouble, isDamaged };
      if (step.type === "progress") progress.update(step.done, step.done + step.left);
      else if (step.type === "reset") {
        isDamaged ||= step.isDamaged;
        progress.line(printable(step.detail));
      } else if (step.detail !== trouble) {
        trouble = step.detail;
        progress.line(printable(trouble));
      }
    }
  } finally {
    progress.clear();
  }
  throw new Error("unreachable: the thread stopped without an end");
}

function countText(rows: number): string {
  return `${rowsText(rows)} ${rows === 1 ? "is" : "are"}`;
}

function rowsText(rows: number): string {
  return rows === 1 ? "1 row" : `${rows} rows`;
}
