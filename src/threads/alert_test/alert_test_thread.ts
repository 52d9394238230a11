/** A thread for `sitemon alerts test`: sends a test message to one channel, and then its end. */
import type { Sent } from "../../alerts/channel.ts";
import { openChannel } from "../../alerts/open_channel.ts";
import { testDeliveries } from "../../alerts/test_deliveries.ts";
import type { AlertChannel } from "../../config/alerts.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { redactor } from "../../runtime/telemetry/redaction.ts";
import { serveTask } from "../../runtime/threads/thread.ts";
import { AddressPolicy } from "../../scanner/reach/address_policy.ts";
import type { ChannelSetup } from "../connections.ts";
import { produceEvents as produce } from "../produce_events.ts";

export interface AlertTestSetup extends ChannelSetup {
  readonly channel: AlertChannel;
}

/** What came back for one of the messages. */
export interface TestAnswer extends Pick<Sent, "result" | "answer"> {
  readonly message: "fired" | "resolved";
}

serveTask<AlertTestSetup>(async (setup, { result, signal }) => {
  const { channel, addressPolicy, secrets, publicUrl } = setup;
  const { denies } = new AddressPolicy(addressPolicy);
  const context = { clock, redact: redactor(secrets), denies, publicUrl, produce };
  const opened = openChannel(channel, context);
  const [fired, resolved] = testDeliveries(channel.name, new Date());
  const first = await opened.send(fired, signal);
  const answers: TestAnswer[] = [{ message: "fired", ...first }];
  // Whoever may have been told of the beginning is told of the end.
  if (first.isMaybeTold) {
    answers.push({ message: "resolved", ...await opened.send(resolved, signal) });
  }
  result(answers);
});
