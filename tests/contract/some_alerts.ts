/** Alerts and messages for the tests of whatever keeps, decides or sends them. */
import type {
  Alert,
  AlertMessage,
  AlertStore,
  Attempt,
  Decision,
  Delivery,
  MessageKind,
  Mute,
} from "../../src/status/alert_store.ts";

/** The same for the same number. */
export function idOf(number: number): string {
  return `00000000-0000-5000-8000-${number.toString(16).padStart(12, "0")}`;
}

/** The same for the same text. */
function idOfText(text: string): string {
  let hash = 0n;
  for (const char of text) hash = (hash * 1_099_511n + BigInt(char.codePointAt(0)!)) % (1n << 48n);
  return `11111111-1111-5111-8111-${hash.toString(16).padStart(12, "0")}`;
}

/** An open alert of a site that is down, told to `ops`; its id is that of `number`. */
export function anAlert(number: number, overrides: Partial<Alert> = {}): Alert {
  const at = new Date(Math.floor(Date.now() / 1_000) * 1_000);
  return {
    id: idOf(number),
    rule: "down",
    kind: "down",
    severity: "critical",
    site: `shop-${number}`,
    location: null,
    began_at: new Date(at.getTime() - 60_000),
    fired_at: at,
    ended_at: null,
    end: null,
    suppressed_by: null,
    channels: ["ops"],
    group_key: "all",
    detail: {
      url: "https://shop.example/",
      labels: { team: "shop" },
      places: [{
        location: "berlin",
        outcome: "down",
        stale: false,
        reason: "status",
        error_text: 'it said "no" \\ <b>',
        since: at,
      }],
      placesLeftOut: 2,
      children: ["cart"],
      childrenLeftOut: 0,
      lastDurationMs: 61_000,
    },
    reminders: 0,
    reminded_at: null,
    acked_at: null,
    acked_by: null,
    ack_reason: null,
    ...overrides,
  };
}

/** The same alert, ended. */
export function ended(alert: Alert, end: Alert["end"] = "recovered"): Alert {
  return { ...alert, ended_at: new Date(alert.began_at.getTime() + 120_000), end };
}

/** A message that is due at once. */
export function aMessage(
  alert: Alert,
  kind: MessageKind = "fired",
  overrides: Partial<AlertMessage> = {},
): AlertMessage {
  const { channel = "ops", count = 1 } = overrides;
  const created_at = overrides.created_at ?? new Date(Date.now() - 1_000);
  const id = idOfText([alert.id, channel, kind, count].join());
  return { id, alert, channel, kind, count, created_at, due_at: created_at, ...overrides };
}

export function decision(changes: Partial<Decision>): Decision {
  return { alerts: [], messages: [], ...changes };
}

/** New alerts that fire in their channels. */
export function firing(...alerts: Alert[]): Decision {
  const messages = alerts.flatMap((alert) =>
    alert.channels.map((channel) => aMessage(alert, "fired", { channel }))
  );
  return decision({ alerts, messages });
}

/** Alerts that end in their channels. */
export function ending(...alerts: Alert[]): Decision {
  const over = alerts.map((alert) => ended(alert));
  const messages = over.flatMap((alert) =>
    alert.channels.map((channel) => aMessage(alert, "resolved", { channel }))
  );
  return decision({ alerts: over, messages });
}

/** What came of an attempt: by default it was cut off before anything was sent. */
export function attempt(delivery: Delivery, overrides: Partial<Attempt> = {}): Attempt {
  const failed = { isMaybeTold: false, error: "connection refused", retryMs: null };
  return { delivery, result: "failed", ...failed, ...overrides };
}

export function delivered(delivery: Delivery): Attempt {
  return attempt(delivery, { result: "delivered", error: null });
}

/** Claims, and settles each as `how` says, until nothing is due; resolves to what was told. */
export async function drain(store: AlertStore, channels = ["ops"], how = delivered) {
  const told: Delivery[] = [];
  for (;;) {
    const deliveries = await store.claim(channels, 60_000);
    if (deliveries.length === 0) return told;
    for (const delivery of deliveries) await store.settle(how(delivery));
    told.push(...deliveries);
  }
}

/** A silence of an hour from now on. */
export function aMute(id: string, overrides: Partial<Mute> = {}): Mute {
  const from = new Date(Date.now() - 1_000);
  return {
    id,
    kind: "silence",
    from,
    until: new Date(from.getTime() + 3_600_000),
    names: ["shop-*"],
    labels: null,
    author: "eve",
    reason: 'moving "it"',
    is_configured: false,
    ...overrides,
  };
}
