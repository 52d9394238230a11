import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { LogEntry } from "../../../src/runtime/telemetry/log_entry.ts";
import {
  SILENCE_MAX_MS,
  type SupervisedThread,
} from "../../../src/runtime/threads/supervised_thread.ts";
import { PING_MS } from "../../../src/runtime/threads/thread_protocol.ts";
import {
  type FatalDeath,
  MEASURE_MS,
  RESTARTS_MAX,
  Supervisor,
} from "../../../src/runtime/threads/supervisor.ts";
import { QUIET_MAX_MS } from "../../../src/runtime/service/service_manager.ts";
import { eventually, within } from "../../support/waiting.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { threadSpecOf } from "../../testdata/threads/thread_spec_of.ts";
import type { MoodySetup } from "../../testdata/threads/moody.ts";

const DEADLINE_MS = 60_000;

class Stage implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly logs: LogEntry[] = [];
  readonly fatal = Promise.withResolvers<FatalDeath>();
  readonly supervisor: Supervisor;
  readonly results: unknown[] = [];

  constructor(finalErrors: string[] = []) {
    this.supervisor = new Supervisor({
      clock: this.clock,
      finalErrors: new Set(finalErrors),
      onLog: (entry) => this.logs.push(entry),
      onResult: (value) => this.results.push(value),
      onFatal: (death) => this.fatal.resolve(death),
    });
    this.supervisor.links = [["scanner", "outbox"], ["outbox", "store"]];
  }

  start(name: string, mood: MoodySetup["mood"], level: "info" | "debug" = "info") {
    return this.supervisor.start(
      threadSpecOf<MoodySetup>("moody", { name, setup: { mood }, logLevels: { level } }),
    );
  }

  /** Resolves when as many threads as that have said their mood. */
  async starts(count: number): Promise<void> {
    await eventually(DEADLINE_MS, `${count} starts`, () => this.logs.length >= count || undefined);
  }

  /** Resolves when the thread has said that it is ready. */
  async ready(thread: SupervisedThread): Promise<void> {
    await eventually(DEADLINE_MS, "a ready thread", () => thread.isRunning || undefined);
  }

  async answers(count: number): Promise<void> {
    const hasThem = () => this.results.length >= count || undefined;
    await eventually(DEADLINE_MS, `${count} results`, hasThem);
  }

  /** Resolves when that many deaths were found; time moves on by `stepMs` with each look. */
  async deaths(count: number, stepMs: number): Promise<void> {
    await eventually(DEADLINE_MS, `${count} deaths`, async () => {
      this.clock.advance(stepMs);
      const { text } = await this.supervisor.registry.render();
      const restarts = /^sitemon_thread_restarts_total{.*} (\d+)$/m.exec(text)?.[1];
      return Number(restarts ?? 0) >= count || undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stopped = this.supervisor.stop(0);
    this.clock.advance(60_000);
    await stopped;
  }
}

Deno.test("Supervisor gathers logs, measurements and dependencies of its threads", async () => {
  await using stage = new Stage();
  const thread = stage.start("relay-1", "well");
  await stage.starts(1);
  const { message, thread: name, category } = stage.logs[0]!;
  deepStrictEqual([message, name, category], ["In a well mood", "relay-1", "relay"]);
  await within(DEADLINE_MS, "stop", thread.stop(1_000));
  const { text } = await stage.supervisor.registry.render();
  match(text, /^sitemon_checks_total{outcome="up",reason=""} 2$/m);
  match(text, /^sitemon_outbox_rows 7$/m);
  match(text, /^sitemon_check_duration_seconds_sum 0.02$/m);
  const [row] = stage.supervisor.dependencies.rows;
  deepStrictEqual([row!.thread, row!.dependency, row!.reason], ["relay-1", "kafka", "unreachable"]);
});

Deno.test("Supervisor.measure() brings up to date what threads measured, and does not wait for one that hangs", async () => {
  await using stage = new Stage();
  await stage.ready(stage.start("relay", "well"));
  const hung = stage.start("scanner-1", "hangs");
  await stage.ready(hung);
  const measured = stage.supervisor.measure();
  strictEqual(stage.supervisor.measure(), measured);
  await eventually(DEADLINE_MS, "measurements of the other thread", async () => {
    const { text } = await stage.supervisor.registry.render();
    const hasMeasured = /^sitemon_outbox_rows 8$/m.test(text);
    return hasMeasured && /^sitemon_thread_heap_bytes{thread="relay"} \d/m.test(text) || undefined;
  });
  stage.clock.advance(MEASURE_MS);
  await within(DEADLINE_MS, "the end of the wait", measured);
  const { text } = await stage.supervisor.registry.render();
  match(text, /^sitemon_process_resident_memory_bytes \d/m);
});

Deno.test("Supervisor has what a thread measured before it failed", async () => {
  await using stage = new Stage(["MoodError"]);
  stage.start("outbox", "fails");
  await within(DEADLINE_MS, "fatal", stage.fatal.promise);
  const { text } = await stage.supervisor.registry.render();
  match(text, /^sitemon_checks_total{outcome="up",reason=""} 2$/m);
});

for (const mood of ["fails", "throws", "rejects"] as const) {
  Deno.test(`Supervisor restarts a thread that ${mood}, until it has done so too often`, async () => {
    await using stage = new Stage();
    stage.start("relay", mood);
    for (let deaths = 1; deaths <= RESTARTS_MAX; deaths++) {
      await stage.deaths(deaths, 0);
      stage.clock.advance(10_000);
    }
    const death = await within(DEADLINE_MS, "fatal", stage.fatal.promise);
    strictEqual(death.thread, "relay");
    const starts = stage.logs.filter(({ message }) => message.startsWith("In a"));
    strictEqual(starts.length, RESTARTS_MAX + 1);
  });
}

Deno.test("Supervisor does not restart a thread that died of a final error", async () => {
  await using stage = new Stage(["MoodError"]);
  stage.start("outbox", "fails");
  const death = await within(DEADLINE_MS, "fatal", stage.fatal.promise);
  deepStrictEqual([death.thread, death.errorName, death.cause], ["outbox", "MoodError", "failed"]);
  strictEqual(stage.logs.length, 1);
});

Deno.test("Supervisor makes the first death final, when it is sealed", async () => {
  await using stage = new Stage();
  stage.supervisor.isSealed = true;
  stage.start("relay", "throws");
  const death = await within(DEADLINE_MS, "fatal", stage.fatal.promise);
  deepStrictEqual([death.thread, death.cause], ["relay", "failed"]);
  strictEqual(stage.logs.filter(({ message }) => message.startsWith("In a")).length, 1);
});

for (const mood of ["closes", "hangs"] as const) {
  Deno.test(`Supervisor restarts a thread that ${mood} without a word`, async () => {
    await using stage = new Stage();
    stage.start("scanner-2", mood);
    await stage.starts(1);
    stage.clock.advance(SILENCE_MAX_MS / 2);
    await stage.deaths(0, 0);
    await stage.deaths(1, PING_MS);
    strictEqual(stage.supervisor.dependencies.rows.at(-1)!.reason, "thread_died");
    stage.clock.advance(1_000);
    await stage.starts(2);
  });
}

Deno.test("Supervisor restarts nothing, when the process was stopped for whatever time", async () => {
  await using stage = new Stage();
  const thread = stage.start("relay", "well");
  await stage.ready(thread);
  for (let stops = 0; stops <= RESTARTS_MAX; stops++) {
    // As long as nothing is heard for before a stop, in the worst case.
    stage.clock.advance(PING_MS - 1);
    await stage.clock.suspend(22_000);
    ok(stage.supervisor.quietMs <= QUIET_MAX_MS, "the service manager is notified");
    stage.clock.advance(PING_MS);
    await stage.clock.suspend(3_600_000);
    await eventually(DEADLINE_MS, "an answer", () => thread.silentMs === 0 || undefined);
  }
  strictEqual(stage.logs.filter(({ message }) => message.startsWith("In a")).length, 1);
});

Deno.test("Supervisor restarts a thread whose loop no longer turns", async () => {
  await using stage = new Stage();
  stage.start("relay", "stuck");
  await stage.starts(1);
  await stage.deaths(1, PING_MS);
  match(stage.supervisor.dependencies.rows.at(-1)!.detail!, /no progress for/);
});

Deno.test("Supervisor links two threads, each with the other's kind as its role", async () => {
  await using stage = new Stage();
  stage.start("scanner-1", "well");
  stage.start("outbox", "well");
  await stage.answers(2);
  deepStrictEqual(stage.results.toSorted(), [
    "outbox says hello from well",
    "scanner says hello from well",
  ]);
});

// A scanner that was asked to stop before the outbox was ready could not hand over what it had found.
Deno.test("Supervisor links a thread that is stopping with one that is ready only then", async () => {
  await using stage = new Stage();
  const scanner = stage.start("scanner-1", "lingers");
  await stage.ready(scanner);
  void scanner.stop(1_000);
  stage.start("outbox", "well");
  await stage.answers(2);
});

// A store that was asked to stop before it was ready could not take what waited in the outbox.
Deno.test("Supervisor links a thread that was asked to stop before it was ready", async () => {
  await using stage = new Stage();
  const outbox = stage.start("outbox", "well");
  await stage.ready(outbox);
  const store = stage.start("store", "lingers");
  void store.stop(1_000);
  await stage.answers(2);
});

Deno.test("SupervisedThread.stop() terminates a thread that lingers, and may be repeated", async () => {
  await using stage = new Stage();
  const thread = stage.start("relay", "lingers");
  await stage.starts(1);
  const stopped = thread.stop(1_000);
  strictEqual(thread.stop(1_000), stopped);
  stage.clock.advance(2_999);
  ok(stage.clock.pending > 0);
  stage.clock.advance(1);
  await within(DEADLINE_MS, "stop", stopped);
});

Deno.test("Supervisor gathers the warnings of Node's modules, which would print them raw", async () => {
  await using stage = new Stage();
  stage.start("relay", "warns", "debug");
  await stage.starts(2);
  match(stage.logs[1]!.message, /Node.js warning: GapWarning: mind the gap/);
});
