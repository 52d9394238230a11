/** Whether Kafka can be used, as readiness and the log hear of it. */
import type { PublishError } from "../outbox/publisher.ts";
import type { Clock } from "../runtime/clock.ts";
import { logger } from "../runtime/logging.ts";
import { MinuteLimit } from "../runtime/minute_limit.ts";
import type { Telemetry } from "../runtime/telemetry.ts";
import { classify } from "./errors.ts";

const log = logger("consumer");

export class KafkaHealth {
  readonly #telemetry: Telemetry;
  readonly #limit: MinuteLimit;
  #isFailing = false;

  constructor({ clock, telemetry }: { clock: Clock; telemetry: Telemetry }) {
    this.#telemetry = telemetry;
    this.#limit = new MinuteLimit(clock);
  }

  tellWorking(): void {
    this.#telemetry.dependency("kafka", { ok: true });
    if (this.#isFailing) log.info("Kafka can be used again");
    this.#isFailing = false;
  }

  /** Returns what the error means. */
  tellFailing(error: unknown): PublishError {
    const meaning = classify(error);
    const { failure, message } = meaning;
    this.#telemetry.dependency("kafka", { ok: false, reason: failure, detail: message });
    if (this.#limit.allows(failure)) log.warn("{detail}", { detail: message, failure });
    this.#isFailing = true;
    return meaning;
  }
}
