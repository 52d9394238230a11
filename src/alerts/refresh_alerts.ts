/**
 * Sends what lasts to Alertmanager again, as Prometheus does: there an alert ends by itself when
 * nobody sends it any more. Nothing of it is a message: what is missed, the next round makes up for.
 */
import type { AlertRecords } from "../status/alert_store.ts";
import type { Channel } from "./channel.ts";
import { ALERTMANAGER_RESEND_MS } from "./channels/prometheus_alerts.ts";
import { repeat, type RepeatOptions } from "./repeat.ts";
import { deliveryOf, messagesOf } from "./rules/drafts.ts";

/** More open alerts than this are refreshed in part, the newest first. */
export const REFRESHED_MAX = 10_000;

export interface RefreshOptions extends Pick<RepeatOptions, "clock" | "signal"> {
  readonly records: Pick<AlertRecords, "alerts" | "channels">;
  /** Those of Alertmanager. */
  readonly channels: readonly Channel[];
  /** True where this process decides: one of several refreshes. */
  readonly isLeading: () => boolean;
}

/** Resolves when the signal aborts. */
export async function refreshAlerts(options: RefreshOptions): Promise<void> {
  const { clock, signal, isLeading, channels } = options;
  if (channels.length === 0) return;
  // Whoever claims from a store that does not answer says so.
  await repeat({ clock, signal }, async () => {
    if (isLeading()) await refreshOnce(options);
    return ALERTMANAGER_RESEND_MS;
  });
}

async function refreshOnce({ records, channels, clock, signal }: RefreshOptions): Promise<void> {
  const [alerts, states] = await Promise.all([
    records.alerts({ isOpen: true, limit: REFRESHED_MAX }),
    records.channels(),
  ]);
  const now = new Date(clock.nowMicros() / 1_000);
  const told = alerts.filter(({ suppressed_by, fired_at }) =>
    suppressed_by === null && fired_at.getTime() <= now.getTime() - ALERTMANAGER_RESEND_MS
  );
  await Promise.all(channels.map(async (channel) => {
    const { name } = channel;
    const { pending = 0 } = states.find((state) => state.channel === name) ?? {};
    const again = told.filter((alert) => alert.channels.includes(name)).flatMap((alert) =>
      messagesOf(alert, { kind: "fired", channels: [name], now, waitMs: 0 })
    );
    // What waits for the channel has to come first.
    if (pending > 0 || again.length === 0) return;
    // An id of its own, so that it is no other attempt of a delivery.
    await channel.send({ ...deliveryOf(again), id: now.toISOString() }, signal);
  }));
}
