/** The alerts thread: keeps what is planned, decides what is to be told where it leads, and tells it. */
import { watchChannels } from "../../alerts/channel_watch.ts";
import { Decider } from "../../alerts/decider.ts";
import { beat } from "../../alerts/heartbeat.ts";
import { Notifier } from "../../alerts/notifier.ts";
import { openChannel } from "../../alerts/open_channel.ts";
import { keepPlan } from "../../alerts/planned_windows.ts";
import { refreshAlerts } from "../../alerts/refresh_alerts.ts";
import type { Alerts, MaintenancePlan } from "../../config/alerts.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { Deadline, onAbort } from "../../runtime/deadline.ts";
import { redactor } from "../../runtime/telemetry/redaction.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { serveThread } from "../../runtime/threads/thread.ts";
import { AddressPolicy } from "../../scanner/reach/address_policy.ts";
import type { AlertRecords } from "../../status/alert_store.ts";
import { StoreRetry } from "../../status/ingest/store_retry.ts";
import { openStore, type StoreAddress } from "../../status/open_store.ts";
import { type StoreError, unreadyReason } from "../../status/store.ts";
import type { StoreParts } from "../../status/store_parts.ts";
import type { ChannelSetup } from "../connections.ts";
import { produceEvents as produce } from "../produce_events.ts";

export interface AlertsSetup extends ChannelSetup {
  readonly store: StoreAddress;
  /** Absent where only work is planned. */
  readonly alerts?: Alerts;
  readonly maintenance: readonly MaintenancePlan[];
}

/** Of the time to stop, for what is being sent; the rest is for noting what came of it. */
const SENDING_SHARE = 0.8;

serveThread<AlertsSetup>({
  onUncaught: "fail",
  async start(setup, { telemetry, fail }) {
    const parts = await openStore(setup.store, { clock, telemetry });
    const records = parts.alertRecords();
    const onStore = storeReporter(parts, telemetry);
    const [stopping, aborting] = [new AbortController(), new AbortController()];
    const { signal } = stopping;
    const common = { records, clock, telemetry, signal, onStore };
    const work = async () => {
      if (!await migrated(parts, telemetry, signal)) return;
      const { alerts } = setup;
      await Promise.all([
        keepPlan({ ...common, plans: setup.maintenance }),
        alerts && tell(parts, { ...common, ...setup, alerts, aborting: aborting.signal }),
      ]);
    };
    const worked = work().catch(fail);
    return {
      async stop(deadlineMs) {
        using sending = new Deadline(clock, deadlineMs * SENDING_SHARE);
        using _ = onAbort(sending.signal, () => aborting.abort());
        stopping.abort();
        await worked;
        await records.close();
      },
    };
  },
});

/** Whoever comes first makes the tables. Resolves to false when the signal aborts before. */
async function migrated(
  parts: StoreParts,
  telemetry: Telemetry,
  signal: AbortSignal,
): Promise<boolean> {
  const { dependency } = parts;
  const status = parts.status();
  try {
    const retry = new StoreRetry({ dependency, clock, telemetry });
    return await retry.run(() => status.migrate(), signal);
  } finally {
    await status.close();
  }
}

interface TellOptions extends ChannelSetup {
  readonly alerts: Alerts;
  readonly records: AlertRecords;
  readonly telemetry: Telemetry;
  readonly onStore: (error: StoreError | undefined) => void;
  /** Begins the end. */
  readonly signal: AbortSignal;
  /** Ends what is being sent. */
  readonly aborting: AbortSignal;
}

/** Decides and sends until the signal aborts, and what was claimed is settled. */
async function tell(parts: StoreParts, options: TellOptions): Promise<void> {
  const { alerts, addressPolicy, secrets, publicUrl, signal, aborting, ...common } = options;
  const { denies } = new AddressPolicy(addressPolicy);
  const redact = redactor(secrets);
  const context = { clock, denies, redact, publicUrl, produce };
  const channels = alerts.channels.map((channel) => openChannel(channel, context));
  const refreshed = channels.filter((_, index) => "alertmanager" in alerts.channels[index]!);
  const [store, queries] = [parts.alertStore(), parts.queries()];
  const shared = { ...common, store, clock, signal };
  const notifier = new Notifier({ ...shared, ...alerts, channels });
  const decider = new Decider({ ...shared, queries, alerts, onMessages: () => notifier.wake() });
  try {
    await Promise.all([
      decider.run(signal),
      notifier.run(signal, aborting),
      watchChannels({ ...shared, channels: channels.map(({ name }) => name) }),
      refreshAlerts({ ...shared, channels: refreshed, isLeading: () => decider.isLeading }),
      alerts.heartbeat &&
      beat({ ...shared, ...alerts.heartbeat, denies, redact, state: () => decider.state }),
    ]);
  } finally {
    await Promise.all([store.close(), queries.close()]);
  }
}

function storeReporter({ dependency }: StoreParts, telemetry: Telemetry) {
  return (error: StoreError | undefined) =>
    telemetry.dependency(
      dependency,
      error === undefined
        ? { ok: true }
        : { ok: false, reason: unreadyReason(error), detail: error.message },
    );
}
