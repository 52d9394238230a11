import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { DependencyTable } from "../../../src/runtime/telemetry/dependencies.ts";
import {
  type NotifyWork,
  QUIET_MAX_MS,
  ServiceManager,
} from "../../../src/runtime/service/service_manager.ts";
import { STOP_GRACE_MS } from "../../../src/runtime/threads/supervised_thread.ts";
import { Supervisor } from "../../../src/runtime/threads/supervisor.ts";
import { eventually } from "../../support/waiting.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { threadSpecOf } from "../../testdata/threads/thread_spec_of.ts";

const WATCHDOG_MS = 60_000;
const SPEC = threadSpecOf("moody", { name: "notify", setup: { mood: "well" } });

/** A service whose threads are as quiet as a test says. */
class Stage implements Disposable {
  readonly clock = new FakeClock();
  readonly dependencies = new DependencyTable();
  readonly works: NotifyWork[] = [];
  quietMs = 0;
  readonly manager: ServiceManager;

  constructor(watchdogMs?: number) {
    this.manager = new ServiceManager({
      spec: SPEC,
      ...(watchdogMs === undefined ? {} : { watchdogMs }),
      supervisor: this,
      clock: this.clock,
      uptimeSeconds: () => 1_234,
    });
  }

  start() {
    return { adapt: ({ work }: { work?: unknown }) => void this.works.push(work as NotifyWork) };
  }

  get last(): readonly string[] {
    return this.works.at(-1)!.message.split("\n");
  }

  /** How many pings a time brings. */
  pings(ms: number): number {
    const before = this.works.length;
    this.clock.advance(ms);
    return this.works.slice(before).filter(({ message }) => message.includes("WATCHDOG=1")).length;
  }

  [Symbol.dispose](): void {
    this.manager[Symbol.dispose]();
  }
}

Deno.test("ServiceManager tells each state, once it is so", () => {
  using stage = new Stage();
  deepStrictEqual(stage.last, ["STATUS=all dependencies ok"]);
  stage.manager.ready();
  deepStrictEqual(stage.last, ["READY=1", "STATUS=all dependencies ok"]);
  stage.manager.reloading();
  deepStrictEqual(stage.last.slice(0, 2), ["RELOADING=1", "MONOTONIC_USEC=1234000000"]);
  // A thread that was replaced during the reload makes all of them run again.
  stage.manager.ready();
  strictEqual(stage.last[0], "RELOADING=1");
  stage.manager.reloaded();
  strictEqual(stage.last[0], "READY=1");
  stage.manager.stopping();
  strictEqual(stage.last[0], "STOPPING=1");
  stage.manager.reloading();
  stage.manager.reloaded();
  stage.manager.ready();
  strictEqual(stage.last[0], "STOPPING=1");
});

Deno.test("ServiceManager tells what the service waits for, and no more than words", () => {
  using stage = new Stage();
  const detail = "password hunter2 was wrong";
  stage.dependencies.set("relay", "kafka", { ok: false, reason: "authentication", detail });
  stage.dependencies.set("outbox", "outbox", { ok: true });
  stage.manager.ready();
  deepStrictEqual(stage.last, ["READY=1", "STATUS=not ready: kafka (authentication)"]);
});

Deno.test("ServiceManager pings three times in a watchdog's time, whatever it depends on, and else never", () => {
  using stage = new Stage(WATCHDOG_MS);
  stage.dependencies.set("relay", "kafka", { ok: false, reason: "unreachable" });
  strictEqual(stage.pings(WATCHDOG_MS), 3);
  // Equal messages are told apart by their beats, so that each is sent.
  strictEqual(new Set(stage.works.map(({ beat }) => beat)).size, stage.works.length);
  using unwatched = new Stage();
  strictEqual(unwatched.pings(600_000), 0);
});

Deno.test("ServiceManager does not ping while a thread is quiet for too long", () => {
  using stage = new Stage(WATCHDOG_MS);
  stage.quietMs = QUIET_MAX_MS;
  strictEqual(stage.pings(WATCHDOG_MS), 3);
  stage.quietMs++;
  strictEqual(stage.pings(10 * WATCHDOG_MS), 0);
  stage.quietMs = 0;
  strictEqual(stage.pings(WATCHDOG_MS), 3);
});

// A real thread that is wedged, as by a lock in a library, and the real supervisor over it.
Deno.test("ServiceManager hears from the supervisor that a thread is wedged", async () => {
  const clock = new FakeClock();
  const said: string[] = [];
  const supervisor = new Supervisor({
    clock,
    finalErrors: new Set(),
    onLog: ({ thread, message }) => said.push(`${thread} ${message}`),
    onFatal: () => {},
  });
  supervisor.start({ ...SPEC, name: "relay", setup: { mood: "hangs" } });
  await eventually(60_000, "the thread's start", () => said.length > 0 || undefined);
  strictEqual(supervisor.quietMs, 0);
  clock.advance(QUIET_MAX_MS + 1);
  strictEqual(supervisor.quietMs, QUIET_MAX_MS + 1);
  const stopped = supervisor.stop(0);
  clock.advance(STOP_GRACE_MS);
  await stopped;
});
