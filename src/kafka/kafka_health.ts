/** Whether Kafka can be used, as readiness and the log say it. */
import type { Dependency, Telemetry } from "../runtime/telemetry/telemetry.ts";
import type { KafkaError } from "./kafka_error.ts";

export interface KafkaHealthOptions {
  readonly telemetry: Telemetry;
  /** What readiness calls that for which Kafka is used. */
  readonly dependency: Extract<Dependency, "kafka" | "group">;
}

export class KafkaHealth {
  readonly #options: KafkaHealthOptions;

  constructor(options: KafkaHealthOptions) {
    this.#options = options;
  }

  reportOk(): void {
    const { telemetry, dependency } = this.#options;
    telemetry.dependency(dependency, { ok: true });
  }

  reportFailure({ failure, message: detail }: KafkaError): void {
    const { telemetry, dependency } = this.#options;
    telemetry.dependency(dependency, { ok: false, reason: failure, detail });
  }
}
