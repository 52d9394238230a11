/** Whether Kafka can be used, as readiness and the log say it. */
import type { Clock } from "../runtime/clock.ts";
import { type Logger, MinuteLimit } from "../runtime/telemetry/logging.ts";
import type { Dependency, Telemetry } from "../runtime/telemetry/telemetry.ts";
import type { KafkaError } from "./kafka_error.ts";

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

  reportOk(): void {
    const { telemetry, dependency, log } = this.#options;
    telemetry.dependency(dependency, { ok: true });
    if (this.#isFailing) log.info("Kafka is available again");
    this.#isFailing = false;
  }

  reportFailure({ failure, message: detail }: KafkaError): void {
    const { telemetry, dependency, log } = this.#options;
    telemetry.dependency(dependency, { ok: false, reason: failure, detail });
    if (this.#limit.allows(failure)) log.warn("{detail}", { detail, failure });
    this.#isFailing = true;
  }
}
