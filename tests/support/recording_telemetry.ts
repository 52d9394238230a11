/** Metrics and states as a test reads them. */
import type { CounterName, GaugeName, Labels } from "../../src/runtime/telemetry/metrics.ts";
import type {
  Dependency,
  DependencyState,
  Telemetry,
} from "../../src/runtime/telemetry/telemetry.ts";

/** Keeps what was recorded. */
export class RecordingTelemetry implements Telemetry {
  readonly states = new Map<Dependency, DependencyState>();
  readonly #values = new Map<string, number>();

  count(name: CounterName, labels: Labels = {}, by = 1): void {
    this.#values.set(keyOf(name, labels), this.value(name, labels) + by);
  }

  set(name: GaugeName, value: number, labels: Labels = {}): void {
    this.#values.set(keyOf(name, labels), value);
  }

  observe(): void {}

  dependency(name: Dependency, state: DependencyState): void {
    this.states.set(name, state);
  }

  /** Of a counter or gauge; 0 when nothing was recorded. */
  value(name: CounterName | GaugeName, labels: Labels = {}): number {
    return this.#values.get(keyOf(name, labels)) ?? 0;
  }
}

function keyOf(name: string, labels: Labels): string {
  return JSON.stringify([name, labels]);
}
