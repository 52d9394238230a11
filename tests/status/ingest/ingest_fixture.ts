/** An ingest over a real SQLite store that can be made to fail, on a clock that the test moves. */
import type { DependencyState } from "../../../src/runtime/telemetry/telemetry.ts";
import { ThreadTelemetry } from "../../../src/runtime/telemetry/thread_telemetry.ts";
import { encodeReport } from "../../../src/report/codec.ts";
import type { SiteReport } from "../../../src/report/report.ts";
import { Ingest } from "../../../src/status/ingest/ingest.ts";
import type { IngestMessage } from "../../../src/status/ingest/entry.ts";
import { nthReport } from "../../contract/site_reports.ts";
import type { Row } from "../../contract/opened_store.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { FailingStore } from "./failing_store.ts";
import { dumpTables, openSqliteStore } from "../sqlite/sqlite_tables.ts";

/** Long after every report of the tests. */
const NOW = Date.UTC(2026, 5, 1) * 1_000;

/** A message at an offset; its report's sequence is the offset plus one. */
export function aMessage(offset: number, overrides: Partial<IngestMessage> = {}): IngestMessage {
  return {
    topic: "sitemon",
    partition: 0,
    offset,
    key: new TextEncoder().encode("shop"),
    value: encodeReport(nthReport(offset + 1)),
    timestampMs: NOW / 1_000,
    sitemonId: null,
    ...overrides,
  };
}

/** Messages 0 to `count` - 1, each with a report of its own site. */
export function messages(count: number, overrides: Partial<SiteReport> = {}): IngestMessage[] {
  return Array.from({ length: count }, (_, offset) => {
    const report = nthReport(offset + 1, { site: `site ${offset}`, ...overrides });
    return aMessage(offset, { value: encodeReport(report) });
  });
}

/** True when the chunk holds the report of the message at `offset`. */
export function holds(chunk: { reports: readonly SiteReport[] }, offset: number): boolean {
  return chunk.reports.some(({ sequence }) => sequence === offset + 1);
}

export class IngestFixture implements AsyncDisposable {
  readonly clock = new FakeClock(NOW);
  readonly states: DependencyState[] = [];
  readonly telemetry = new ThreadTelemetry((_, state) => this.states.push(state));
  readonly store: FailingStore;
  readonly ingest: Ingest;
  /** Monotonic milliseconds of each heartbeat. */
  readonly beats: number[] = [];
  /** Called by each heartbeat. */
  onHeartbeat: () => void = () => {};
  readonly #opened: Awaited<ReturnType<typeof openSqliteStore>>;

  static async open(): Promise<IngestFixture> {
    return new IngestFixture(await openSqliteStore());
  }

  private constructor(opened: Awaited<ReturnType<typeof openSqliteStore>>) {
    this.#opened = opened;
    this.store = new FailingStore(opened.store);
    this.ingest = new Ingest({
      store: this.store,
      dependency: "postgres",
      clusterId: "cluster",
      clock: this.clock,
      telemetry: this.telemetry,
      thread: "consumer-0",
      random: () => 0,
    });
  }

  /** Applies messages while time passes, at most `minutes` of it. */
  async apply(
    batch: readonly IngestMessage[],
    { signal = new AbortController().signal, minutes = 30 } = {},
  ): Promise<void> {
    const applying = this.start(batch, signal);
    let isRunning = true;
    const done = applying.finally(() => isRunning = false);
    done.catch(() => {});
    for (let quarter = 0; isRunning && quarter < minutes * 240; quarter++) {
      await turn();
      this.clock.advance(250);
    }
    if (isRunning) throw new Error(`still applying after ${minutes} minutes`);
    return await done;
  }

  start(batch: readonly IngestMessage[], signal = new AbortController().signal): Promise<void> {
    const heartbeat = async () => {
      this.beats.push(this.clock.monotonicMs());
      await Promise.resolve();
      this.onHeartbeat();
    };
    return this.ingest.apply(batch, { heartbeat, signal });
  }

  /** Sequences in the history. */
  get applied(): unknown[] {
    return dumpTables(this.#opened.path).site_report.map(({ sequence }) => sequence);
  }

  get deadLetters(): readonly Row[] {
    return dumpTables(this.#opened.path).dead_letter;
  }

  /** Counters that grew, and gauges, since the last call, by name and labels. */
  measured(): Record<string, number> {
    const { counts = [], gauges = [] } = this.telemetry.take() ?? {};
    const grown = counts.filter(({ value }) => value > 0);
    return Object.fromEntries([...grown, ...gauges].map(({ name, labels, value }) => {
      return [[name, ...Object.values(labels)].join(" "), value];
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.close();
  }
}

/** Lets everything run that does not wait for the clock. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
