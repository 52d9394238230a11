/** Memory and event loop lag of a thread and the process. */
import type { Telemetry } from "./telemetry.ts";

const INTERVAL_MS = 1_000;

/** Measures a thread until it is disposed of. */
export function watchLoop(thread: string, set: Telemetry["set"]): Disposable {
  let dueMs = performance.now() + INTERVAL_MS;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    set("sitemon_thread_loop_lag_seconds", Math.max(0, nowMs - dueMs) / 1_000, { thread });
    set("sitemon_thread_heap_bytes", Deno.memoryUsage().heapUsed, { thread });
    dueMs = nowMs + INTERVAL_MS;
  }, INTERVAL_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Measures the main thread and the process until it is disposed of. */
export function watchProcess(set: Telemetry["set"]): Disposable {
  set("sitemon_process_start_time_seconds", performance.timeOrigin / 1_000);
  const measure = () => set("sitemon_process_resident_memory_bytes", Deno.memoryUsage().rss);
  measure();
  const stack = new DisposableStack();
  stack.use(watchLoop("main", set));
  stack.adopt(setInterval(measure, INTERVAL_MS), clearInterval);
  return stack;
}
