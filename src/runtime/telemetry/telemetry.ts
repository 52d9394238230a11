/** How a part reports metrics and the state of its dependencies; thread_telemetry.ts sends them to main. */
import type { AgeName, CounterName, GaugeName, HistogramName, Labels } from "./metrics.ts";

export interface DependencyState {
  readonly ok: boolean;
  /** One word for readiness and metrics when it is not ok, such as `topic_missing`. */
  readonly reason?: string;
  /** One sentence for a person. */
  readonly detail?: string;
}

/** Dependencies, as `/readyz` names them. */
export type Dependency =
  | "scanner"
  | "outbox"
  | "kafka"
  | "group"
  | "gaps"
  | "registry"
  | "postgres"
  | "store"
  | "configuration"
  | "connectivity"
  | "listen"
  | "push"
  | "web"
  | "threads"
  | "alerts";

/**
 * Makes each of these series of a counter exist at 0: Prometheus sees no increase in a series that
 * begins with one.
 */
export function countFromZero(
  telemetry: Pick<Telemetry, "count">,
  name: CounterName,
  series: Iterable<Labels>,
): void {
  for (const labels of series) telemetry.count(name, labels, 0);
}

/** Cheap enough for hot paths: a call does no I/O. */
export interface Telemetry {
  count(name: CounterName, labels?: Labels, by?: number): void;
  /** NaN ends the series. */
  set(name: GaugeName, value: number, labels?: Labels): void;
  /**
   * Counts an age from a moment, in microseconds since 1970; it grows until the next call. Infinity
   * is an age of 0, NaN ends the series.
   */
  age(name: AgeName, sinceMicros: number, labels?: Labels): void;
  observe(name: HistogramName, value: number, labels?: Labels): void;
  /** Reports the state of a dependency; repeating the same state is free. */
  dependency(name: Dependency, state: DependencyState): void;
}
