/** The registry of metrics, on main: threads' measurements are added to it; `/metrics` prints it. */
// The parts of prom-client that are used here. Its entry would load the others too: a client that
// pushes, which is not needed, loads node:http, and takes longer than all of these.
import type * as client from "prom-client";
import counter from "prom-client/lib/counter.js";
import gauge from "prom-client/lib/gauge.js";
import histogram from "prom-client/lib/histogram.js";
import registry from "prom-client/lib/registry.js";
import { systemClock } from "../clock.ts";
import { type AgeName, type CounterName, type GaugeName, type Labels, METRICS } from "./metrics.ts";
import type { Measurements, Series } from "../threads/thread_protocol.ts";

// The files have no types of their own.
const Counter: typeof client.Counter = counter;
const Gauge: typeof client.Gauge = gauge;
const Histogram: typeof client.Histogram = histogram;
const Registry: typeof client.Registry = registry;

/** Labels as prom-client has them. */
type SeriesLabels = Partial<Record<string, string | number>>;

/** Every metric of {@linkcode METRICS}, as Prometheus reads them. */
export class MetricsRegistry {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, client.Counter>();
  readonly #gauges = new Map<string, client.Gauge>();
  readonly #histograms = new Map<string, client.Histogram>();
  /** What each age counts from. */
  readonly #ages = new Map<string, Map<string, Series<string, number>>>();
  readonly #nowMicros: () => number;
  /** Names of the sites that may have gauges; any when undefined. */
  #sites: ReadonlySet<string> | undefined;

  /** `nowMicros`: microseconds since 1970. */
  constructor(nowMicros: () => number = systemClock.nowMicros) {
    this.#nowMicros = nowMicros;
    const registers = [this.#registry];
    for (const [name, metric] of Object.entries(METRICS)) {
      const options = { name, help: metric.help, labelNames: metric.labels, registers };
      if ("isAge" in metric) this.#ages.set(name, new Map());
      if (metric.type === "counter") this.#counters.set(name, new Counter(options));
      else if (metric.type === "gauge") this.#gauges.set(name, new Gauge(options));
      else this.#histograms.set(name, new Histogram({ ...options, buckets: metric.buckets }));
    }
  }

  add({ counts, gauges, observations }: Measurements): void {
    for (const { name, labels, value } of counts) this.count(name, labels, value);
    for (const { name, labels, value } of gauges) this.set(name, value, labels);
    for (const { name, labels, value: values } of observations) {
      for (const value of values) this.#histograms.get(name)?.observe(labels, value);
    }
  }

  count(name: CounterName, labels: Labels = {}, by = 1): void {
    this.#counters.get(name)?.inc(labels, by);
  }

  /** Of an age `value` is the moment that it counts from, in microseconds since 1970. */
  set(name: GaugeName | AgeName, value: number, labels: Labels = {}): void {
    const gauge = this.#gauges.get(name);
    const ages = this.#ages.get(name);
    const key = JSON.stringify(labels);
    ages?.delete(key);
    if (Number.isNaN(value)) gauge?.remove(labels);
    else if (ages !== undefined) ages.set(key, { name, labels, value });
    else if (this.#has(labels)) gauge?.set(labels, value);
  }

  /** Sets these series of a gauge, and ends its others. */
  replace(name: GaugeName, series: Iterable<readonly [labels: Labels, value: number]>): void {
    this.#gauges.get(name)?.reset();
    for (const [labels, value] of series) this.set(name, value, labels);
  }

  /** Keeps gauges of these sites only; what a thread still reports of others is dropped. */
  async keepSites(names: ReadonlySet<string>): Promise<void> {
    this.#sites = names;
    await this.#endGauges((labels) => !this.#has(labels));
  }

  /** Ends the gauges of a thread that is no more: nobody would set them again. */
  async forgetThread(name: string): Promise<void> {
    for (const ages of this.#ages.values()) {
      for (const [key, { labels }] of ages) if (labels.thread === name) ages.delete(key);
    }
    await this.#endGauges(({ thread }) => thread === name);
  }

  async #endGauges(isOver: (labels: SeriesLabels) => boolean): Promise<void> {
    for (const gauge of this.#gauges.values()) {
      for (const { labels } of (await gauge.get()).values) {
        if (isOver(labels)) gauge.remove(labels);
      }
    }
  }

  /** The text exposition format, and its media type. */
  async render(): Promise<{ text: string; contentType: string }> {
    const nowMicros = this.#nowMicros();
    for (const { name, labels, value } of this.#ages.values().flatMap((ages) => ages.values())) {
      this.#gauges.get(name)?.set(labels, Math.max(0, nowMicros - value) / 1_000_000);
    }
    return { text: await this.#registry.metrics(), contentType: this.#registry.contentType };
  }

  #has({ site }: Labels | SeriesLabels): boolean {
    return site === undefined || this.#sites === undefined || this.#sites.has(String(site));
  }
}
