/** The alerts thread: decides what is to be told where it leads, and tells it. */
import { watchChannels } from "../../alerts/channel_watch.ts";
import { Decider } from "../../alerts/decider.ts";
import { beat } from "../../alerts/heartbeat.ts";
import { Notifier } from "../../alerts/notifier.ts";
import { openChannel } from "../../alerts/open_channel.ts";
import { refreshAlerts } from "../../alerts/refresh_alerts.ts";
import type { Alerts } from "../../config/alerts.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { Deadline, onAbort } from "../../runtime/deadline.ts";
import { redactor } from "../../runtime/telemetry/redaction.ts";
import { serveThread } from "../../runtime/threads/thread.ts";
import { AddressPolicy } from "../../scanner/reach/address_policy.ts";
import { openStore, type StoreAddress } from "../../status/open_store.ts";
import { type StoreError, unreadyReason } from "../../status/store.ts";
import type { ChannelSetup } from "../connections.ts";

export interface AlertsSetup extends ChannelSetup {
  readonly store: StoreAddress;
  readonly alerts: Alerts;
}

/** Of the time to stop, for what is being sent; the rest is for noting what came of it. */
const SENDING_SHARE = 0.8;

serveThread<AlertsSetup>({
  onUncaught: "fail",
  async start({ store: address, alerts, addressPolicy, secrets, publicUrl }, { telemetry, fail }) {
    const { denies } = new AddressPolicy(addressPolicy);
    const links = publicUrl === undefined ? {} : { publicUrl };
    const context = { clock, denies, redact: redactor(secrets), ...links };
    const channels = alerts.channels.map((channel) => openChannel(channel, context));
    const names = channels.map(({ name }) => name);
    const parts = await openStore(address, { clock, telemetry });
    const [store, records, queries] = [parts.alertStore(), parts.alertRecords(), parts.queries()];
    const [stopping, aborting] = [new AbortController(), new AbortController()];
    const { signal } = stopping;

    const onStore = (error: StoreError | undefined) =>
      telemetry.dependency(
        parts.dependency,
        error === undefined
          ? { ok: true }
          : { ok: false, reason: unreadyReason(error), detail: error.message },
      );
    const notifier = new Notifier({ store, channels, clock, telemetry, onStore });
    const onMessages = () => notifier.wake();
    const decider = new Decider({ store, queries, alerts, clock, telemetry, onStore, onMessages });
    const isRefreshed = ({ name }: { readonly name: string }) =>
      alerts.channels.some((one) => one.name === name && "alertmanager" in one);
    const shared = { records, clock, telemetry, signal };
    const worked = Promise.all([
      decider.run(signal),
      notifier.run(signal, aborting.signal),
      watchChannels({ ...shared, channels: names }),
      refreshAlerts({
        ...shared,
        channels: channels.filter(isRefreshed),
        isLeading: () => decider.isLeading,
      }),
      alerts.heartbeat &&
      beat({ ...shared, ...alerts.heartbeat, denies, state: () => decider.state }),
    ]).catch(fail);
    return {
      async stop(deadlineMs) {
        using sending = new Deadline(clock, deadlineMs * SENDING_SHARE);
        using _ = onAbort(sending.signal, () => aborting.abort());
        stopping.abort();
        await worked;
        await Promise.all([store.close(), records.close(), queries.close()]);
      },
    };
  },
});
