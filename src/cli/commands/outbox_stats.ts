/** `sitemon outbox stats`: what waits in an outbox, also while its producer runs. */
import { type OutboxStats, readStats } from "../../outbox/outbox_stats.ts";
import { EXIT_OK } from "../exit_code.ts";
import { outboxAnswer } from "./outbox_answer.ts";
import type { Terminal } from "../text/terminal.ts";

export interface OutboxStatsOptions {
  readonly path: string;
  /** One JSON object instead of lines for a person. */
  readonly json?: boolean;
}

/** Prints the stats and resolves to the exit code. */
export function outboxStats(options: OutboxStatsOptions, terminal: Terminal): Promise<number> {
  const { path, json = false } = options;
  return outboxAnswer({ path, terminal }, () => {
    const stats = readStats(path);
    terminal.write(json ? `${JSON.stringify(jsonOf(path, stats))}\n` : textOf(path, stats));
    return EXIT_OK;
  });
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
