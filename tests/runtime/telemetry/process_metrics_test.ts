import { deepStrictEqual, ok } from "node:assert/strict";
import { watchProcess } from "../../../src/runtime/telemetry/process_metrics.ts";
import { within } from "../../support/waiting.ts";

Deno.test("watchProcess() tells memory, and how late a busy loop fires its timers", async () => {
  const told = new Map<string, number>();
  const looked = Promise.withResolvers<void>();
  using _ = watchProcess((name, value, labels) => {
    told.set(`${name} ${labels?.["thread"] ?? ""}`.trim(), value);
    if (name === "sitemon_thread_heap_bytes") looked.resolve();
  });
  const busyUntilMs = performance.now() + 1_300;
  while (performance.now() < busyUntilMs);
  await within(60_000, "a look", looked.promise);
  deepStrictEqual([...told.keys()].sort(), [
    "sitemon_process_resident_memory_bytes",
    "sitemon_process_start_time_seconds",
    "sitemon_thread_heap_bytes main",
    "sitemon_thread_loop_lag_seconds main",
  ]);
  ok(told.get("sitemon_thread_loop_lag_seconds main")! >= 0.25);
  const heap = told.get("sitemon_thread_heap_bytes main")!;
  ok(told.get("sitemon_process_resident_memory_bytes")! > heap);
});
