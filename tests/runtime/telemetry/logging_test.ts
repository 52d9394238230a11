import { deepStrictEqual } from "node:assert/strict";
import {
  logger,
  MinuteLimit,
  sendLogsTo,
  stopLogging,
} from "../../../src/runtime/telemetry/logging.ts";
import { FakeClock } from "../../support/fake_clock.ts";

Deno.test("sendLogsTo() takes the level of a part before that of all", async () => {
  const seen: string[] = [];
  const sink = ({ category }: { category: readonly string[] }) => void seen.push(category.at(-1)!);
  await sendLogsTo(sink, { level: "info", levels: { kafka: "debug", outbox: "error" } });
  for (const part of ["relay", "kafka", "outbox"] as const) logger(part).debug("few hear this");
  for (const part of ["relay", "kafka", "outbox"] as const) logger(part).warn("most hear this");
  logger("outbox").error("all hear this");
  await stopLogging();
  deepStrictEqual(seen, ["kafka", "relay", "kafka", "outbox"]);
});

Deno.test("sendLogsTo() may be called again, and the last levels hold", async () => {
  const seen: string[] = [];
  const sink = ({ level }: { level: string }) => void seen.push(level);
  await sendLogsTo(sink, { level: "debug" });
  logger("relay").debug("once");
  await sendLogsTo(sink, { level: "warning" });
  logger("relay").info("not any more");
  logger("relay").warn("still");
  await stopLogging();
  deepStrictEqual(seen, ["debug", "warning"]);
});

Deno.test("MinuteLimit.allows() lets each cause through once a minute, by a clock that nobody sets", () => {
  const clock = new FakeClock();
  const limit = new MinuteLimit(clock);
  const allowed = (...causes: string[]) => causes.map((cause) => limit.allows(cause));
  deepStrictEqual(allowed("down", "down", "full"), [true, false, true]);
  clock.stepWall(-86_400_000);
  clock.advance(59_999);
  deepStrictEqual(allowed("down"), [false]);
  clock.advance(1);
  deepStrictEqual(allowed("down", "down"), [true, false]);
});
