/** A thread that behaves as its setup says: well, or in one of the ways in which threads die. */
import process from "node:process";
import { logger } from "../../../src/runtime/telemetry/logging.ts";
import { serveThread } from "../../../src/runtime/threads/thread.ts";

export interface MoodySetup {
  readonly mood:
    | "well"
    | "fails"
    | "throws"
    | "rejects"
    | "closes"
    | "hangs"
    | "lingers"
    | "warns"
    | "stuck";
}

class MoodError extends Error {
  override readonly name = "MoodError";
}

serveThread<MoodySetup>({
  onUncaught: "fail",
  progressMaxMs: 1,
  start({ mood }, { telemetry, result, progress }) {
    telemetry.count("sitemon_checks_total", { outcome: "up", reason: "" }, 2);
    telemetry.set("sitemon_outbox_rows", 7);
    telemetry.observe("sitemon_check_duration_seconds", 0.02);
    telemetry.dependency("kafka", { ok: false, reason: "unreachable" });
    logger("relay").info("In a {mood} mood", { mood });
    switch (mood) {
      case "fails":
        return Promise.reject(new MoodError("it is one of those days"));
      case "throws":
        setTimeout(() => {
          throw new MoodError("nobody caught this");
        });
        break;
      case "rejects":
        setTimeout(() => void Promise.reject(new MoodError("nobody awaited this")));
        break;
      case "stuck":
        progress();
        break;
      case "closes":
        self.close();
        break;
      case "warns":
        process.emitWarning("mind the gap", "GapWarning");
        break;
      case "hangs":
        // Blocks the thread as a lock in SQLite or a runaway loop would.
        setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
        break;
    }
    return Promise.resolve({
      link(role, port) {
        port.onmessage = ({ data }) => result(`${role} says ${data}`);
        port.postMessage(`hello from ${mood}`);
      },
      measure: () => Promise.resolve(telemetry.set("sitemon_outbox_rows", 8)),
      stop: () => mood === "lingers" ? new Promise<void>(() => {}) : Promise.resolve(),
    });
  },
});
