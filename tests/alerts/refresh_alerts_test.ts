import { deepStrictEqual } from "node:assert/strict";
import type { Channel, Sent } from "../../src/alerts/channel.ts";
import { ALERTMANAGER_RESEND_MS } from "../../src/alerts/channels/prometheus_alerts.ts";
import { refreshAlerts } from "../../src/alerts/refresh_alerts.ts";
import type { ChannelState, Delivery } from "../../src/status/alert_store.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { anAlert } from "./deliveries.ts";

Deno.test("refreshAlerts() sends what lasts again each minute, where it decides and nothing waits", async () => {
  const clock = new FakeClock();
  const stopping = new AbortController();
  const now = new Date(clock.nowMicros() / 1_000);
  const sent: Delivery[] = [];
  const said: Sent = { result: "delivered", isMaybeTold: true, error: null, answer: "" };
  const channel: Channel = {
    name: "prom",
    send: (delivery) => Promise.resolve(void sent.push(delivery)).then(() => said),
  };
  let [isLeading, pending] = [true, 0];
  const told = { channels: ["prom"], fired_at: now };
  const alerts = [
    anAlert({ site: "told", ...told }),
    anAlert({ site: "of another channel", fired_at: now }),
    anAlert({ site: "held back", ...told, suppressed_by: "silence:x" }),
    anAlert({ site: "new", ...told, fired_at: new Date(now.getTime() + ALERTMANAGER_RESEND_MS) }),
  ];
  const running = refreshAlerts({
    records: {
      alerts: () => Promise.resolve(alerts),
      channels: () => Promise.resolve([{ channel: "prom", pending } as ChannelState]),
    },
    ...{ channels: [channel], isLeading: () => isLeading, clock, signal: stopping.signal },
  });
  const sites = () =>
    sent.splice(0).map(({ messages }) => messages.map(({ alert, kind }) => [alert.site, kind]));
  await clock.pass(ALERTMANAGER_RESEND_MS);
  deepStrictEqual(sites(), [[["told", "fired"]]]);
  pending = 1;
  await clock.pass(ALERTMANAGER_RESEND_MS);
  deepStrictEqual(sites(), []);
  [isLeading, pending] = [false, 0];
  await clock.pass(ALERTMANAGER_RESEND_MS);
  deepStrictEqual(sites(), []);
  isLeading = true;
  await clock.pass(ALERTMANAGER_RESEND_MS);
  deepStrictEqual(sites(), [[["told", "fired"], ["new", "fired"]]]);
  stopping.abort();
  await running;
});
