/** How a part reports metrics and the state of its dependencies; thread_telemetry.ts sends them to main. */
import type { CounterName, GaugeName, HistogramName, Labels } from "./metrics.ts";

export interface DependencyState {
  readonly ok: boolean;
  /** One word for readiness and metrics when it is not ok, such as `topic_missing`. */
  readonly reason?: string;
  /** One sentence for a person. */
  readonly detail?: string;
}

/** Dependencies, as `/readyz` names them. */
export type Dependency =
  | "checks"
  | "outbox"
  | "kafka"
  | "group"
  | "postgres"
  | "store"
  | "configuration"
  | "connectivity"
  | "threads";

/** Cheap enough for hot paths: a call does no I/O. */
export interface Telemetry {
  count(name: CounterName, labels?: Labels, by?: number): void;
  /** NaN ends the series. */
  set(name: GaugeName, value: number, labels?: Labels): void;
  observe(name: HistogramName, value: number, labels?: Labels): void;
  /** Reports the state of a dependency; repeating the same state is free. */
  dependency(name: Dependency, state: DependencyState): void;
}
