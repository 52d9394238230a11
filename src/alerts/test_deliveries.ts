/** What `sitemon alerts test` sends: a beginning and its end, both of which say what they are. */
import type { Delivery } from "../status/alert_store.ts";
import { deliveryOf, endedAlert, messagesOf, newAlert, siteDetail } from "./rules/drafts.ts";

/** The end follows, since a pager would otherwise keep the test open. */
export function testDeliveries(channel: string, now: Date): readonly [Delivery, Delivery] {
  const place = { location: "default", outcome: "down", stale: false, reason: null } as const;
  const error_text = 'this is a message of "sitemon alerts test"; nothing is wrong';
  const rule = { name: "test", severity: "info", channels: [channel] } as const;
  const alert = {
    ...newAlert(rule, {
      ...{ kind: "down", site: "TEST of sitemon", location: null, began: now, now, groupBy: [] },
      detail: {
        ...siteDetail([], null),
        locations: 1,
        places: [{ ...place, error_text, since: now }],
      },
    }),
    // Each test is one that nobody knows.
    id: crypto.randomUUID(),
  };
  const over = endedAlert(alert, "recovered", now);
  return [
    deliveryOf(messagesOf(alert, { kind: "fired", now, waitMs: 0 })),
    deliveryOf(messagesOf(over, { kind: "resolved", now, waitMs: 0 })),
  ];
}
