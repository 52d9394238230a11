import { deepStrictEqual } from "node:assert/strict";
import { DependencyTable } from "../../../src/runtime/telemetry/dependencies.ts";
import { sendLogsTo, stopLogging } from "../../../src/runtime/telemetry/logging.ts";

Deno.test("DependencyTable.set() logs a loss once, another reason, and the end of it all", async () => {
  const lines: string[] = [];
  await sendLogsTo(({ level, message }) => void lines.push(`${level}: ${message.join("")}`), {
    level: "info",
  });
  let now = 0;
  const table = new DependencyTable(() => now);
  const ok = { ok: true };
  const down = { ok: false, reason: "unreachable", detail: "cannot reach Kafka: refused" };
  table.set("consumer-1", "kafka", ok);
  table.set("consumer-1", "kafka", down);
  table.set("consumer-2", "kafka", down);
  table.set("consumer-2", "kafka", { ...down, detail: "cannot reach Kafka: reset" });
  now = 60_000;
  table.set("consumer-2", "kafka", { ok: false, reason: "tls" });
  table.set("consumer-2", "kafka", ok);
  // A thread that died has not regained anything.
  table.forget("consumer-1");
  now = 90_000;
  table.set("consumer-1", "kafka", ok);
  table.set("main", "configuration", { ok: false, reason: "invalid" });
  await stopLogging();
  deepStrictEqual(lines, [
    "warning: lost kafka (unreachable): cannot reach Kafka: refused",
    "warning: lost kafka (tls): tls",
    "info: regained kafka after 90 s",
  ]);
});
