import { deepStrictEqual } from "node:assert/strict";
import { beat } from "../../src/alerts/heartbeat.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { serveLocally } from "../support/local_server.ts";
import { RecordingTelemetry } from "../support/recording_telemetry.ts";
import { eventually } from "../support/waiting.ts";

const EVERY_MS = 60_000;

Deno.test("beat() asks for the url while decisions are fresh, and not where others decide", async () => {
  const [clock, telemetry, stopping] = [
    new FakeClock(),
    new RecordingTelemetry(),
    new AbortController(),
  ];
  let [count, status, state] = [0, 200, "fresh" as "fresh" | "stale" | "idle"];
  await using server = serveLocally(() => {
    count++;
    return new Response(null, { status });
  });
  const beating = beat({
    ...{ url: `${server.origin}/ping`, everyMs: EVERY_MS },
    ...{ denies: () => false, redact: (text: string) => text },
    ...{ clock, telemetry, signal: stopping.signal, state: () => state },
  });
  const results = () =>
    ["sent", "failed", "withheld"].map((result) =>
      telemetry.value("sitemon_alerts_heartbeats_total", { result })
    );
  const untilResults = (...expected: number[]) =>
    eventually(5_000, `${expected}`, () => `${results()}` === `${expected}` || undefined);
  await untilResults(1, 0, 0);
  status = 500;
  await clock.pass(EVERY_MS);
  await untilResults(1, 1, 0);
  state = "stale";
  await clock.pass(EVERY_MS);
  await untilResults(1, 1, 1);
  state = "idle";
  await clock.pass(EVERY_MS);
  state = "fresh";
  status = 204;
  await clock.pass(EVERY_MS);
  await untilResults(2, 1, 1);
  deepStrictEqual(count, 3);
  stopping.abort();
  await beating;
});
