/** The loggers of every part; what becomes of their records is decided by the thread they run in. */
import { getLogger, type Logger } from "@logtape/logtape";

export type { Logger };

/** The parts of sitemon that log, as operators see and filter them. */
export type LogCategory =
  | "cli"
  | "config"
  | "consumer"
  | "ingest"
  | "kafka"
  | "outbox"
  | "relay"
  | "scanner"
  | "store"
  | "supervisor";

/** The logger of one part of sitemon. */
export function logger(category: LogCategory): Logger {
  return getLogger(["sitemon", category]);
}
