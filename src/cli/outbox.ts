/** `sitemon outbox stats`: what waits in an outbox, also while its producer runs. */
import { OutboxRefusedError, OutboxUnavailableError } from "../outbox/outbox_error.ts";
import { type OutboxStats, readStats } from "../outbox/outbox_stats.ts";
import { EXIT_CONFIG, EXIT_IO, EXIT_OK } from "./exit_code.ts";
import type { Terminal } from "./terminal.ts";

export interface OutboxStatsOptions {
  readonly path: string;
  /** One JSON object instead of lines for a person. */
  readonly json?: boolean;
}

/** Prints the stats and resolves to the exit code. */
export function outboxStats(options: OutboxStatsOptions, terminal: Terminal): Promise<number> {
  const { path, json = false } = options;
  try {
    const stats = readStats(path);
    terminal.write(json ? `${JSON.stringify(jsonOf(path, stats))}\n` : textOf(path, stats));
    return Promise.resolve(EXIT_OK);
  } catch (error) {
    const { code, sentence } = explain(error, path);
    terminal.writeError(`${sentence}\n`);
    return Promise.resolve(code);
  }
}

function explain(error: unknown, path: string): { code: number; sentence: string } {
  if (error instanceof Deno.errors.NotFound) {
    const sentence = `Cannot read outbox "${path}" as the file must exist: there is none; ` +
      `start the producer once, or see "outbox.path"`;
    return { code: EXIT_IO, sentence };
  }
  if (error instanceof OutboxRefusedError) return { code: EXIT_CONFIG, sentence: error.message };
  if (error instanceof OutboxUnavailableError) return { code: EXIT_IO, sentence: error.message };
  throw error;
}

/** Names are those of the report's fields where they mean the same. */
function jsonOf(path: string, stats: OutboxStats): Record<string, unknown> {
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

function textOf(path: string, stats: OutboxStats): string {
  const age = ageSeconds(stats);
  const lines: [string, string][] = [
    ["outbox", path],
    ["producer", stats.producerId],
    ["rows", `${stats.rows} (gaps: ${stats.gaps})`],
    ["bytes", `${stats.bytes}`],
    ["oldest", age === null ? "none waits" : `${age.toFixed(1)} s old`],
    ["sequences", sequencesOf(stats)],
    ["dead letters", `${stats.deadLetters}`],
  ];
  return lines.map(([name, value]) => `${name.padEnd(14)}${value}\n`).join("");
}

function sequencesOf({ sequenceFirst, sequenceLast }: OutboxStats): string {
  if (sequenceFirst !== null) return `${sequenceFirst} to ${sequenceLast}`;
  return `no report waits, the last one was ${sequenceLast}`;
}

/** A clock that was set back does not make a row younger than new. */
function ageSeconds({ oldestMicros }: OutboxStats): number | null {
  return oldestMicros === null ? null : Math.max(0, (Date.now() - oldestMicros / 1_000) / 1_000);
}
