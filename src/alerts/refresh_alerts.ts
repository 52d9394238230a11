/**
 * Sends what lasts to Alertmanager again, as Prometheus does: there an alert ends by itself when
 * nobody sends it any more. Nothing of it is a message: what is missed, the next round makes up for.
 */
import { type Clock, sleep } from "../runtime/clock.ts";
import type { Alert, AlertMessage, AlertRecords, Delivery } from "../status/alert_store.ts";
import type { Channel } from "./channel.ts";
import { ALERTMANAGER_RESEND_MS } from "./channels/alertmanager.ts";

/** More open alerts than this are refreshed in part, the newest first. */
export const REFRESHED_MAX = 10_000;

export interface RefreshOptions {
  readonly records: Pick<AlertRecords, "alerts" | "channels">;
  /** Those of Alertmanager. */
  readonly channels: readonly Channel[];
  /** True where this process decides: one of several refreshes. */
  readonly isLeading: () => boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Resolves when the signal aborts. */
export async function refreshAlerts(options: RefreshOptions): Promise<void> {
  const { clock, signal, isLeading, channels } = options;
  while (!signal.aborted && channels.length > 0) {
    await sleep(clock, ALERTMANAGER_RESEND_MS, signal);
    // A store that does not answer now is asked again in a minute, and whoever claims from it says so.
    if (isLeading() && !signal.aborted) await refreshOnce(options).catch(() => {});
  }
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
    const { pending = 0 } = states.find((state) => state.channel === channel.name) ?? {};
    const own = told.filter((alert) => alert.channels.includes(channel.name));
    // What waits for the channel has to come first.
    if (pending === 0 && own.length > 0) await channel.send(again(own, channel.name, now), signal);
  }));
}

/** Its ids are of no message; Alertmanager has none. */
function again(alerts: readonly Alert[], channel: string, now: Date): Delivery {
  const messages = alerts.map((alert): AlertMessage => ({
    ...{ id: alert.id, alert, channel, kind: "fired", count: 1, created_at: now, due_at: now },
  }));
  return { id: now.toISOString(), channel, group_key: "", messages, attempt: 1 };
}
