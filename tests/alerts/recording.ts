/** Scrapes over time: recorded from `/metrics`, kept as text, and read as promtool takes them. */

/** Between two scrapes, as in docs/metrics.md's example and Prometheus's own default of a minute or less. */
export const STEP_SECONDS = 15;

/** A series in promtool's notation. */
export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

/** What Prometheus would have stored of some processes. */
export class Recording {
  readonly #isKept: (metric: string) => boolean;
  readonly #startSeconds: number;
  readonly #series = new Map<string, string[]>();
  #scrapes = 0;

  /** `isKept`: which metrics are; `up` always is. */
  constructor(isKept: (metric: string) => boolean) {
    this.#isKept = isKept;
    this.#startSeconds = Date.now() / 1_000;
  }

  /** Adds a scrape of every process, by its instance; undefined for one that did not answer. */
  add(scrapes: Readonly<Record<string, string | undefined>>): void {
    const now = new Map<string, string>();
    for (const [instance, text] of Object.entries(scrapes)) {
      const target = `instance="${instance}",job="sitemon"`;
      now.set(`up{${target}}`, text === undefined ? "0" : "1");
      for (const line of text?.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm) ?? []) {
        const [, metric, labels, value] = line as unknown as [string, string, string?, string?];
        if (!this.#isKept(metric)) continue;
        const all = labels === undefined ? target : `${target},${labels}`;
        now.set(`${metric}{${all}}`, this.#rounded(metric, Number(value)));
      }
    }
    for (const series of now.keys()) {
      if (!this.#series.has(series)) this.#series.set(series, Array(this.#scrapes).fill("_"));
    }
    for (const [series, values] of this.#series) {
      const hasEnded = values.at(-1) === "stale" || values.at(-1) === "_";
      values.push(now.get(series) ?? (hasEnded ? "_" : "stale"));
    }
    this.#scrapes++;
  }

  /** One series a line, after what `head` says. */
  toText(head: string): string {
    const lines = [...this.#series].map(([series, values]) => `${series} ${shortened(values)}`);
    return `# ${head}\n${lines.sort().join("\n")}\n`;
  }

  /** promtool's time begins at 0, so moments are told from the beginning of the recording. */
  #rounded(metric: string, value: number): string {
    const isMoment = /_(?:timestamp|start_time)_seconds$/.test(metric);
    const moved = isMoment ? value - this.#startSeconds : value;
    return String(Number.isInteger(moved) ? moved : Number(moved.toFixed(4)));
  }
}

/** The series of a recording. */
export function readRecording(text: string): InputSeries[] {
  return [...text.matchAll(/^(\w+\{.*\}) ([^}]*)$/gm)]
    .map(([, series, values]) => ({ series: series!, values: values! }));
}

/** Repetitions in promtool's notation: `5+0x3` is `5 5 5 5`. */
function shortened(values: readonly string[]): string {
  const parts: { value: string; count: number }[] = [];
  for (const value of values) {
    const last = parts.at(-1);
    if (last?.value === value) last.count++;
    else parts.push({ value, count: 1 });
  }
  return parts.map(({ value, count }) => {
    if (count === 1) return value;
    return value === "_" ? `_x${count}` : `${value}+0x${count - 1}`;
  }).join(" ");
}
