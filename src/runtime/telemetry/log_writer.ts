/** Writes the log entries of all threads, on main: redacted, one line each, and bounded in number. */
import { escapeControls } from "../escape_controls.ts";
import { MINUTE_MS } from "../time_units.ts";
import type { LogEntry } from "./log_entry.ts";
import type { Redact } from "./redaction.ts";

/** A message may be written this often in a minute; repetitions after that are only counted. */
export const SAME_MESSAGE_MAX_PER_MINUTE = 10;
/** At most this many different messages are tracked; beyond that the oldest is forgotten. */
export const MESSAGES_TRACKED_MAX = 1_000;

export interface LogWriterOptions {
  readonly format: "json" | "text";
  /** Receives whole lines. */
  readonly write: (line: string) => void;
  readonly redact: Redact;
  readonly onSuppressed?: () => void;
}

interface Repetition {
  since: number;
  written: number;
  suppressed: number;
}

/** The only writer of log lines. */
export class LogWriter {
  readonly #options: LogWriterOptions;
  readonly #repetitions = new Map<string, Repetition>();

  constructor(options: LogWriterOptions) {
    this.#options = options;
  }

  /** Writes an entry, unless it has been repeated too often within a minute. */
  write(entry: LogEntry): void {
    // Debug logging is on request and records every commit: nothing is suppressed.
    if (entry.level === "debug" || entry.level === "trace") return this.#line(entry);
    const repetition = this.#repetition(entry);
    if (repetition.written === SAME_MESSAGE_MAX_PER_MINUTE) {
      repetition.suppressed++;
      this.#options.onSuppressed?.();
      return;
    }
    repetition.written++;
    this.#line(entry);
  }

  #repetition(entry: LogEntry): Repetition {
    const key = `${entry.thread} ${entry.category} ${entry.level} ${entry.template}`;
    const known = this.#repetitions.get(key);
    if (known !== undefined && entry.timestamp - known.since < MINUTE_MS) return known;
    if (known !== undefined && known.suppressed > 0) this.#summarize(entry, known.suppressed);
    if (known === undefined && this.#repetitions.size === MESSAGES_TRACKED_MAX) {
      this.#repetitions.delete(this.#repetitions.keys().next().value!);
    }
    const fresh = { since: entry.timestamp, written: 0, suppressed: 0 };
    this.#repetitions.set(key, fresh);
    return fresh;
  }

  #summarize(entry: LogEntry, suppressed: number): void {
    const message = `suppressed ${suppressed} repetitions of the next message within a minute`;
    this.#line({ ...entry, message, properties: { suppressed } });
  }

  #line(entry: LogEntry): void {
    const line = this.#options.format === "json" ? jsonLine(entry) : textLine(entry);
    this.#options.write(`${this.#options.redact(line)}\n`);
  }
}

function jsonLine(entry: LogEntry): string {
  const { timestamp, level, category, thread, message, properties } = entry;
  return JSON.stringify({
    ...properties,
    time: new Date(timestamp).toISOString(),
    level,
    category,
    thread,
    message,
  });
}

function textLine(entry: LogEntry): string {
  const time = new Date(entry.timestamp).toISOString();
  // Keeps an entry on one line, and control characters of a site's text off the terminal.
  const message = escapeControls(entry.message);
  return `${time} ${entry.level.padEnd(7)} ${entry.thread} ${entry.category}: ${message}`;
}
