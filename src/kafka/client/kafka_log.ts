/** What kafkajs logs, rate-limited: in an outage it repeats itself for every try. */
import type { LogEntry } from "kafkajs";
import type { Clock } from "../../runtime/clock.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import { MinuteLimit } from "../../runtime/telemetry/minute_limit.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";

const log = logger("kafka");

/**
 * One record a minute for each part of kafkajs (its namespaces, a closed list), at level info:
 * sitemon's own records say what a failure means and what to do.
 */
export class KafkaLog {
  readonly #limit: MinuteLimit;
  readonly #telemetry: Telemetry;

  constructor({ clock, telemetry }: { clock: Clock; telemetry: Telemetry }) {
    this.#limit = new MinuteLimit(clock);
    this.#telemetry = telemetry;
  }

  /** Keeps the message alone: the rest are stacks and unclassified errors. */
  write({ namespace, log: { message } }: LogEntry): void {
    if (this.#limit.allows(namespace)) {
      log.info("kafkajs: {message} ({part})", { part: namespace || "client", message });
    } else {
      this.#telemetry.count("sitemon_log_records_suppressed_total");
    }
  }
}
