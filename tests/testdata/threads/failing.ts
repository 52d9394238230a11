/** A thread that fails in one of two ways, and measures nothing itself. */
import { serveThread } from "../../../src/runtime/threads/thread.ts";

export interface FailingSetup {
  readonly mood: "dies" | "blocks";
}

/** How long its loop stands still at a time. */
const BLOCK_MS = 2_500;

serveThread<FailingSetup>({
  onUncaught: "fail",
  start({ mood }) {
    if (mood === "dies") return Promise.reject(new Error("it is one of those days"));
    const cell = new Int32Array(new SharedArrayBuffer(4));
    setInterval(() => Atomics.wait(cell, 0, 0, BLOCK_MS), 0);
    return Promise.resolve({ stop: () => Promise.resolve() });
  },
});
