/**
 * A supervisor of what no configuration makes: a thread that dies again and again, one that blocks,
 * and a site that is never checked.
 */
import { ScheduleWatchdog } from "../../src/scanner/schedule/schedule_watchdog.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { serveOperator } from "../../src/runtime/telemetry/operator_server.ts";
import { Supervisor } from "../../src/runtime/threads/supervisor.ts";
import { threadSpecOf } from "../testdata/threads/thread_spec_of.ts";

/** Returns the port of its `/metrics`. */
export function failingThreads(stack: AsyncDisposableStack): number {
  const supervisor = new Supervisor({
    clock: systemClock,
    finalErrors: new Set(),
    onLog: () => {},
    onFatal: () => {},
  });
  supervisor.registry.set("sitemon_config_last_reload_successful", 1);
  const server = serveOperator({ host: "127.0.0.1", port: 0 }, supervisor);
  stack.defer(async () => {
    await supervisor.stop(0);
    await server.stop(0);
  });
  for (const mood of ["dies", "blocks"]) {
    supervisor.start(threadSpecOf("failing", { name: mood, setup: { mood } }));
  }
  const watchdog = new ScheduleWatchdog({
    clock: systemClock,
    telemetry: supervisor.registry,
    thread: "scanner-1",
    overdue: () => ["shop"],
  });
  stack.defer(() => watchdog.stop());
  watchdog.start();
  return Number(new URL(server.address).port);
}
