import { strictEqual } from "node:assert/strict";
import { type LogEntry, logLevel } from "kafkajs";
import { KafkaLog } from "../../../src/kafka/client/kafka_log.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { FakeTelemetry } from "../kafka_fixture.ts";

function entry(namespace: string): LogEntry {
  const log = { timestamp: "", message: "Connection error: connect ECONNREFUSED" };
  return { namespace, level: logLevel.ERROR, label: "ERROR", log };
}

Deno.test("write() lets one record a minute through for each part of kafkajs", () => {
  const clock = new FakeClock();
  const telemetry = new FakeTelemetry();
  const log = new KafkaLog({ clock, telemetry });
  const suppressed = () => telemetry.counters.get("sitemon_log_records_suppressed_total") ?? 0;
  log.write(entry("Connection"));
  log.write(entry("BrokerPool"));
  strictEqual(suppressed(), 0);
  for (let times = 0; times < 10; times++) log.write(entry("Connection"));
  strictEqual(suppressed(), 10);
  clock.advance(60_000);
  log.write(entry("Connection"));
  strictEqual(suppressed(), 10);
});
