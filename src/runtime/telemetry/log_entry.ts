/** A log record as a thread sends it to main: plain data of bounded size, with its message rendered. */
import type { LogLevel, LogRecord } from "@logtape/logtape";

/** The content of a log line, not yet redacted: log_writer.ts does that. */
export interface LogEntry {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly level: LogLevel;
  readonly category: string;
  /** The message without its values: repetitions are recognized by it. */
  readonly template: string;
  readonly message: string;
  readonly properties: Readonly<Record<string, string | number | boolean | null>>;
  /** Name of the thread, such as `scanner-1`. */
  readonly thread: string;
}

/** No text in a log line is longer: it may come from a site. */
export const LOG_TEXT_LENGTH_MAX = 4_096;

/** Turns a record into what can be sent to main. */
export function logEntry(record: LogRecord, thread: string): LogEntry {
  const properties: Record<string, string | number | boolean | null> = {};
  for (const [name, value] of Object.entries(record.properties)) properties[name] = plain(value);
  return {
    timestamp: record.timestamp,
    level: record.level,
    category: record.category.slice(1).join("."),
    template: typeof record.rawMessage === "string" ? record.rawMessage : record.rawMessage.join(),
    message: cut(record.message.map((part) => String(plain(part))).join("")),
    properties,
    thread,
  };
}

/** An error and its causes in one line: `name: message (because name: message)`. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message === "" ? error.name : `${error.name}: ${error.message}`;
  return error.cause === undefined ? own : `${own} (because ${describeError(error.cause)})`;
}

function plain(value: unknown): string | number | boolean | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (value instanceof Error) return cut(describeError(value));
  return cut(typeof value === "object" ? json(value) : String(value));
}

function json(value: object): string {
  try {
    return JSON.stringify(value, (_, part) => typeof part === "bigint" ? String(part) : part) ??
      String(value);
  } catch {
    return "[unprintable]";
  }
}

function cut(text: string): string {
  return text.length <= LOG_TEXT_LENGTH_MAX ? text : `${text.slice(0, LOG_TEXT_LENGTH_MAX - 1)}…`;
}
