/**
 * What a part tells about itself: metrics, and the state of what it depends on.
 *
 * A thread's implementation (thread_telemetry.ts) gathers and sends them to main, which alone keeps
 * the registry and the table of dependencies.
 */
import type { CounterName, GaugeName, HistogramName, Labels } from "./metrics.ts";

/** State of something that a part needs. */
export interface DependencyState {
  readonly ok: boolean;
  /** One word for readiness and metrics when it is not ok, such as `topic_missing`. */
  readonly reason?: string;
  /** One sentence for a person. */
  readonly detail?: string;
}

/** The things that sitemon depends on, as `/readyz` names them. */
export type Dependency =
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
  /** NaN ends the series: there is no such thing here any more. */
  set(name: GaugeName, value: number, labels?: Labels): void;
  observe(name: HistogramName, value: number, labels?: Labels): void;
  /** Tells the state of a dependency; repeating the same state is free. */
  dependency(name: Dependency, state: DependencyState): void;
}
