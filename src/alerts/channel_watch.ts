/** Watches the channels' rows, for metrics and readiness: what waits, for how long, and who refuses it. */
import { logger } from "../runtime/telemetry/logging.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import type { AlertRecords, ChannelState } from "../status/alert_store.ts";
import { repeat, type RepeatOptions } from "./repeat.ts";

/** Often enough for a person who waits for readiness, and for Prometheus. */
export const WATCH_MS = 10_000;

const log = logger("alerts");

export interface ChannelWatchOptions extends Pick<RepeatOptions, "clock" | "signal"> {
  readonly records: Pick<AlertRecords, "channels">;
  /** Names of the configured channels. */
  readonly channels: readonly string[];
  readonly telemetry: Telemetry;
}

/** Resolves when the signal aborts. While the store does not answer, nothing is said. */
export function watchChannels(options: ChannelWatchOptions): Promise<void> {
  const { records, channels, clock, telemetry, signal } = options;
  const orphans = new Set<string>();
  // Whoever claims from the store says why it does not answer.
  return repeat({ clock, signal }, async () => {
    const states = await records.channels();
    reportStates(states, channels, telemetry);
    const unknown = states.filter(({ channel }) => !channels.includes(channel));
    reportOrphans(unknown, orphans, telemetry);
    return WATCH_MS;
  });
}

function reportStates(
  states: readonly ChannelState[],
  channels: readonly string[],
  telemetry: Telemetry,
): void {
  const configured = states.filter(({ channel }) => channels.includes(channel));
  for (const channel of channels) {
    const state = configured.find((one) => one.channel === channel);
    const { pending = 0, oldest_at = null, failures = 0 } = state ?? {};
    telemetry.set("sitemon_alerts_pending", pending, { channel });
    const sinceMicros = oldest_at === null ? Infinity : oldest_at.getTime() * 1_000;
    telemetry.age("sitemon_alerts_oldest_age_seconds", sinceMicros, { channel });
    telemetry.set("sitemon_alerts_channel_up", failures === 0 ? 1 : 0, { channel });
  }
  const parked = configured.filter(({ parked_at }) => parked_at !== null);
  const [first] = parked;
  if (first === undefined) return telemetry.dependency("alerts", { ok: true });
  const more = parked.length > 1 ? ` (and ${parked.length - 1} more channels)` : "";
  const detail = `channel "${first.channel}" refuses messages${more}: ${first.error}`;
  telemetry.dependency("alerts", { ok: false, reason: "channel_refuses", detail });
}

/** Channels that were renamed or removed: what waits for them is shown, and logged once. */
function reportOrphans(
  states: readonly ChannelState[],
  orphans: Set<string>,
  telemetry: Telemetry,
): void {
  for (const { channel, pending } of states) {
    if (pending > 0 && !orphans.has(channel)) {
      orphans.add(channel);
      log.warn(
        'channel "{channel}" is not in the configuration; its {count} unsent messages expire after a day',
        { channel, count: pending },
      );
    }
    if (orphans.has(channel)) telemetry.set("sitemon_alerts_pending", pending, { channel });
  }
}
