/** Alerts, messages and deliveries for tests. */
import { v5 } from "uuid";
import type {
  Alert,
  AlertMessage,
  AlertPlace,
  Delivery,
  MessageKind,
} from "../../src/status/alert_store.ts";

/** Noon; the trouble began two minutes before. */
export const NOON = new Date("2026-05-01T12:00:00Z");
const BEGAN = new Date(NOON.getTime() - 120_000);

export function aPlace(overrides: Partial<AlertPlace> = {}): AlertPlace {
  return {
    location: "berlin",
    outcome: "down",
    stale: false,
    reason: "connect_refused",
    error_text: "Cannot connect to shop.example:443: connection refused",
    since: BEGAN,
    ...overrides,
  };
}

export function anAlert(
  { detail, ...overrides }: Partial<Omit<Alert, "detail">> & {
    readonly detail?: Partial<Alert["detail"]>;
  } = {},
): Alert {
  const site = overrides.site === undefined ? "shop" : overrides.site;
  return {
    id: idOf(`alert ${overrides.rule} ${site} ${overrides.location}`),
    rule: "down",
    kind: "down",
    severity: "critical",
    site,
    location: null,
    began_at: BEGAN,
    fired_at: NOON,
    ended_at: null,
    end: null,
    suppressed_by: null,
    channels: ["ops"],
    group_key: "down",
    reminders: 0,
    reminded_at: null,
    acked_at: null,
    acked_by: null,
    ack_reason: null,
    ...overrides,
    detail: {
      url: site === null ? null : `https://${site}.example/`,
      labels: { team: "shop", runbook: "https://wiki.example/shop" },
      places: [aPlace()],
      placesLeftOut: 0,
      children: [],
      childrenLeftOut: 0,
      lastDurationMs: 750_000,
      ...detail,
    },
  };
}

export function aMessage(
  kind: MessageKind = "fired",
  alert: Alert = anAlert(),
  overrides: Partial<AlertMessage> = {},
): AlertMessage {
  const isOver = kind === "resolved" || kind === "digest";
  const ended = { ended_at: alert.ended_at ?? NOON, end: alert.end ?? "recovered" } as const;
  return {
    id: idOf(`${alert.id} ${kind}`),
    alert: isOver ? { ...alert, ...ended } : alert,
    channel: "ops",
    kind,
    count: 1,
    created_at: NOON,
    due_at: NOON,
    ...overrides,
  };
}

export function aDelivery(messages: readonly AlertMessage[] = [aMessage()], attempt = 1): Delivery {
  const { id, channel } = messages[0]!;
  return { id, channel, messages, attempt };
}

/** So many sites that failed at once. */
export function aStorm(count: number): Delivery {
  return aDelivery(
    Array.from(
      { length: count },
      (_, index) => aMessage("fired", anAlert({ site: `site-${index}` })),
    ),
  );
}

function idOf(name: string): string {
  return v5(name.toWellFormed(), v5.URL);
}
