/** Writes the log entries of all threads, on main: redacted, one line each, and bounded in number. */
import { escapeControls } from "../escape_controls.ts";
import { MINUTE_MS } from "../time_units.ts";
import type { LogEntry } from "./log_entry.ts";
import type { Redact } from "./redaction.ts";

/** A message may be written this often in a minute; repetitions after that are only counted. */
export const SAME_MESSAGE_MAX_PER_MINUTE = 10;
/** At most this many different messages are tracked; beyond that the oldest is forgotten. */
export const MESSAGES_TRACKED_MAX = 1_000;

interface LogWriterOptions {
  readonly format: "json" | "text";
  /** Receives whole lines. */
  readonly write: (line: string) => void;
  readonly redact: Redact;
  readonly onSuppressed?: () => void;
}

/** Of one message within a minute; `since` is its first one's time. */
type Repetition = { since: number; written: number; suppressed: number };

export class LogWriter {
  readonly #options: LogWriterOptions;
  readonly #repetitions = new Map<string, Repetition>();

  constructor(options: LogWriterOptions) {
    this.#options = options;
  }

  /** Writes an entry, unless it has been repeated too often within a minute. */
  write(entry: LogEntry): void {
    // Debug logging is on request and records every commit: nothing is suppressed. Changes of sites
    // are limited where they are logged, since each names another one.
    const { level, category } = entry;
    if (level === "debug" || level === "trace" || category === "sites") return this.#line(entry);
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
    const suppressed = known?.suppressed ?? 0;
    if (suppressed > 0) {
      const message = `suppressed ${suppressed} repetitions of the next message within a minute`;
      this.#line({ ...entry, message, properties: { suppressed } });
    }
    if (known === undefined && this.#repetitions.size === MESSAGES_TRACKED_MAX) {
      this.#repetitions.delete(this.#repetitions.keys().next().value!);
    }
    const fresh = { since: entry.timestamp, written: 0, suppressed: 0 };
    this.#repetitions.set(key, fresh);
    return fresh;
  }

  #line({ timestamp, level, category, thread, message, properties }: LogEntry): void {
    const time = new Date(timestamp).toISOString();
    // Text: one line an entry, and control characters of a site's text stay off the terminal.
    const line = this.#options.format === "json"
      ? JSON.stringify({ ...properties, time, level, category, thread, message })
      : `${time} ${level.padEnd(7)} ${thread} ${category}: ${escapeControls(message)}`;
    this.#options.write(`${this.#options.redact(line)}\n`);
  }
}
