/** What `sitemon alerts test` sends: a beginning and its end, both of which say what they are. */
import type { Alert, AlertMessage, Delivery, MessageKind } from "../status/alert_store.ts";

/** The end follows, since a pager would otherwise keep the test open. */
export function testDeliveries(channel: string, now: Date): readonly [Delivery, Delivery] {
  const alert: Alert = {
    id: crypto.randomUUID(),
    rule: "test",
    kind: "down",
    severity: "info",
    site: "TEST of sitemon",
    location: null,
    began_at: now,
    fired_at: now,
    ended_at: null,
    end: null,
    suppressed_by: null,
    channels: [channel],
    group_key: "test",
    detail: {
      url: null,
      labels: {},
      places: [{
        location: "nowhere",
        outcome: "down",
        stale: false,
        reason: null,
        error_text: 'this is a message of "sitemon alerts test"; nothing is wrong',
        since: now,
      }],
      placesLeftOut: 0,
      children: [],
      childrenLeftOut: 0,
      lastDurationMs: null,
    },
    reminders: 0,
    reminded_at: null,
    acked_at: null,
    acked_by: null,
    ack_comment: null,
  };
  const over: Alert = { ...alert, ended_at: now, end: "recovered" };
  return [deliveryOf("fired", alert), deliveryOf("resolved", over)];

  function deliveryOf(kind: MessageKind, alert: Alert): Delivery {
    const id = crypto.randomUUID();
    const times = { created_at: now, due_at: now };
    const message: AlertMessage = { id, alert, channel, kind, count: 1, ...times };
    return { id, channel, group_key: alert.group_key, messages: [message], attempt: 1 };
  }
}
