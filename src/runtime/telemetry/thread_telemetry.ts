/** A thread's Telemetry: collects measurements until main asks for them, or there are many. */
import type { AgeName, CounterName, GaugeName, HistogramName, Labels } from "./metrics.ts";
import type { Dependency, DependencyState, Telemetry } from "./telemetry.ts";
import type { Measurements, Series } from "../threads/thread_protocol.ts";

/** So many values of one histogram are worth a report, which then takes some milliseconds. */
export const OBSERVATIONS_MAX = 4_000;
/** So many gauges likewise: each site has three. */
export const GAUGES_MAX = 3_000;

const NO_LABELS: Labels = {};

type Growing<Name, Value> = Series<Name, Value> & { value: Value };

/** A state is repeated this often while it stays the same: readiness says how old its states are. */
const REPEAT_MS = 15_000;

/** Collects measurements until {@linkcode ThreadTelemetry.take} is called. */
export class ThreadTelemetry implements Telemetry {
  readonly #onDependency: (dependency: Dependency, state: DependencyState) => void;
  readonly #onFull: () => void;
  readonly #nowMs: () => number;
  readonly #states = new Map<Dependency, { readonly text: string; readonly atMs: number }>();
  #counts = new Map<string, Growing<CounterName, number>>();
  #gauges = new Map<string, Growing<GaugeName | AgeName, number>>();
  #observations = new Map<string, Growing<HistogramName, number[]>>();

  /** `onFull` is called when it is time to take what was measured; `nowMs` is monotonic. */
  constructor(
    onDependency: (dependency: Dependency, state: DependencyState) => void,
    onFull: () => void = () => {},
    nowMs: () => number = () => performance.now(),
  ) {
    this.#onDependency = onDependency;
    this.#onFull = onFull;
    this.#nowMs = nowMs;
  }

  count(name: CounterName, labels: Labels = NO_LABELS, by = 1): void {
    series(this.#counts, name, labels, () => 0).value += by;
  }

  set(name: GaugeName | AgeName, value: number, labels: Labels = NO_LABELS): void {
    series(this.#gauges, name, labels, () => 0).value = value;
    if (this.#gauges.size >= GAUGES_MAX) this.#onFull();
  }

  age(name: AgeName, sinceMicros: number, labels: Labels = NO_LABELS): void {
    this.set(name, sinceMicros, labels);
  }

  observe(name: HistogramName, value: number, labels: Labels = NO_LABELS): void {
    const { value: values } = series(this.#observations, name, labels, (): number[] => []);
    values.push(value);
    if (values.length >= OBSERVATIONS_MAX) this.#onFull();
  }

  dependency(name: Dependency, state: DependencyState): void {
    const text = JSON.stringify(state);
    const known = this.#states.get(name);
    const atMs = this.#nowMs();
    if (known?.text === text && atMs - known.atMs < REPEAT_MS) return;
    this.#states.set(name, { text, atMs });
    this.#onDependency(name, state);
  }

  /** What was measured since the last call, or `undefined` when nothing was. */
  take(): Measurements | undefined {
    if (this.#counts.size + this.#gauges.size + this.#observations.size === 0) return undefined;
    const measurements = {
      counts: [...this.#counts.values()],
      gauges: [...this.#gauges.values()],
      observations: [...this.#observations.values()],
    };
    this.#counts = new Map();
    this.#gauges = new Map();
    this.#observations = new Map();
    return measurements;
  }
}

function series<Name extends string, Value>(
  all: Map<string, Growing<Name, Value>>,
  name: Name,
  labels: Labels,
  initial: () => Value,
): Growing<Name, Value> {
  let key: string = name;
  for (const label in labels) key += `\0${labels[label]}`;
  let found = all.get(key);
  if (found === undefined) all.set(key, found = { name, labels, value: initial() });
  return found;
}
