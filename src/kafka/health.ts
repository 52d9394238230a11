/** Whether Kafka can be used, as readiness and the log hear of it. */
import type { PublishError } from "../outbox/publisher.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/telemetry/logging.ts";
import { MinuteLimit } from "../runtime/telemetry/minute_limit.ts";
import type { Dependency, Telemetry } from "../runtime/telemetry/telemetry.ts";
import { classify } from "./client/errors.ts";

export interface KafkaHealthOptions {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** What readiness calls that for which Kafka is used. */
  readonly dependency: Extract<Dependency, "kafka" | "group">;
  readonly log: Logger;
}

export class KafkaHealth {
  readonly #options: KafkaHealthOptions;
  readonly #limit: MinuteLimit;
  #isFailing = false;

  constructor(options: KafkaHealthOptions) {
    this.#options = options;
    this.#limit = new MinuteLimit(options.clock);
  }

  tellWorking(): void {
    const { telemetry, dependency, log } = this.#options;
    telemetry.dependency(dependency, { ok: true });
    if (this.#isFailing) log.info("Kafka can be used again");
    this.#isFailing = false;
  }

  /** Returns what the error means. */
  tellFailing(error: unknown): PublishError {
    const meaning = classify(error);
    const { failure, message } = meaning;
    const { telemetry, dependency, log } = this.#options;
    telemetry.dependency(dependency, { ok: false, reason: failure, detail: message });
    if (this.#limit.allows(failure)) log.warn("{detail}", { detail: message, failure });
    this.#isFailing = true;
    return meaning;
  }
}
