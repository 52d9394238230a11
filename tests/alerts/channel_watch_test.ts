import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { WATCH_MS, watchChannels } from "../../src/alerts/channel_watch.ts";
import type { ChannelState } from "../../src/status/alert_store.ts";
import { StoreUnavailableError } from "../../src/status/store.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RecordingTelemetry } from "../support/recording_telemetry.ts";
import { NOON } from "./deliveries.ts";

function aState(channel: string, overrides: Partial<ChannelState> = {}): ChannelState {
  const none = { failures: 0, retry_at: null, parked_at: null, error: null };
  return { channel, ...none, delivered_at: null, pending: 0, oldest_at: null, ...overrides };
}

Deno.test("watchChannels() says what waits, also for a removed channel, and is not ready while a configured channel refuses", async () => {
  const [clock, telemetry, stopping] = [
    new FakeClock(),
    new RecordingTelemetry(),
    new AbortController(),
  ];
  const refusing = { failures: 3, parked_at: NOON, error: "HTTP 404 from hooks.example" };
  let answer: () => Promise<readonly ChannelState[]> = () =>
    Promise.resolve([
      aState("ops", { ...refusing, pending: 7, oldest_at: NOON }),
      aState("removed", { ...refusing, pending: 2, oldest_at: NOON }),
    ]);
  const running = watchChannels({
    ...{ clock, telemetry, signal: stopping.signal, channels: ["ops", "pager"] },
    records: { channels: () => answer() },
  });
  await clock.pass(0);
  const shown = () =>
    ["ops", "pager"].map((channel) => [
      telemetry.value("sitemon_alerts_pending", { channel }),
      telemetry.value("sitemon_alerts_oldest_age_seconds", { channel }),
      telemetry.value("sitemon_alerts_channel_up", { channel }),
    ]);
  deepStrictEqual(shown(), [[7, NOON.getTime() * 1_000, 0], [0, Infinity, 1]]);
  const orphaned = () => telemetry.value("sitemon_alerts_pending", { channel: "removed" });
  strictEqual(orphaned(), 2);
  deepStrictEqual(telemetry.states.get("alerts"), {
    ok: false,
    reason: "channel_refuses",
    detail: 'channel "ops" refuses messages: HTTP 404 from hooks.example',
  });

  // Nothing new is known.
  answer = () => Promise.reject(new StoreUnavailableError("down"));
  await clock.pass(WATCH_MS);
  strictEqual(telemetry.states.get("alerts")?.ok, false);

  // What waited for a channel that is no longer configured has expired.
  answer = () => Promise.resolve([aState("removed")]);
  await clock.pass(WATCH_MS);
  deepStrictEqual(shown(), [[0, Infinity, 1], [0, Infinity, 1]]);
  strictEqual(orphaned(), 0);
  deepStrictEqual(telemetry.states.get("alerts"), { ok: true });
  stopping.abort();
  await running;
});
