/** Alerts as a table, the newest first: what, since when, how urgent, and what keeps it quiet. */
import { clockTime, lengthText } from "../../runtime/relative_time.ts";
import { type Alert, type KeptMessage, SHOWN_ID_LENGTH } from "../../status/alert_store.ts";
import { causeText } from "./incident_table.ts";
import { type Column, textTable, type TextTableOptions } from "./text_table.ts";

const RED = 31;
const YELLOW = 33;

const COLUMNS: readonly Column<Alert>[] = [
  { title: "ID", cell: ({ id }) => id.slice(0, SHOWN_ID_LENGTH) },
  { title: "SITE", cell: subjectText },
  {
    title: "KIND",
    cell: ({ kind }) => kind,
    color: ({ kind }) => kind === "down" ? RED : YELLOW,
  },
  { title: "RULE", cell: ({ rule }) => rule, dropOrder: 1 },
  { title: "SEVERITY", cell: ({ severity }) => severity, dropOrder: 2 },
  { title: "BEGAN (UTC)", cell: ({ began_at }) => clockTime(began_at) },
  { title: "STATE", cell: stateText },
  { title: "CAUSE", cell: alertCause, widthWanted: 24 },
];

/** Alerts with who was told of them last, and what came of it. */
export function toldTable(
  { alerts, messages }: {
    readonly alerts: readonly Alert[];
    readonly messages: readonly (readonly KeptMessage[])[];
  },
  options: TextTableOptions,
): string {
  const told = new Map(alerts.map((alert, index) => [alert, toldText(messages[index]!)]));
  const column: Column<Alert> = {
    title: "TOLD (UTC)",
    cell: (alert) => told.get(alert)!,
    widthWanted: 24,
  };
  return textTable(COLUMNS.toSpliced(-1, 0, column), alerts, options);
}

/** `ops 2026-05-01 12:00:10, pager waits after 3 attempts`; the newest message of each channel. */
export function toldText(messages: readonly KeptMessage[]): string {
  const newest = new Map(messages.map((message) => [message.channel, message]));
  return [...newest.values()].map(({ channel, state, attempts, settled_at }) => {
    if (state === "delivered") return `${channel} ${clockTime(settled_at!)}`;
    if (state !== "pending") return `${channel} ${state}`;
    return `${channel} waits${attempts > 0 ? ` after ${attempts} attempts` : ""}`;
  }).join(", ") || "nobody";
}

export function alertTable(alerts: readonly Alert[], options: TextTableOptions): string {
  return textTable(COLUMNS, alerts, options);
}

export function subjectText({ site, location }: Alert): string {
  return site ?? `location ${location}`;
}

/** `firing`, `acknowledged by ann`, `held back by maintenance (upgrade)`, `recovered after 12 min`. */
export function stateText(alert: Alert): string {
  const { ended_at, began_at, end, suppressed_by, acked_by } = alert;
  if (ended_at !== null) {
    const seconds = Math.round((ended_at.getTime() - began_at.getTime()) / 1_000);
    return `${(end ?? "ended").replaceAll("_", " ")} after ${lengthText(seconds)}`;
  }
  if (suppressed_by !== null) return `held back by ${suppressed_by.replace(/:(.*)$/s, " ($1)")}`;
  return acked_by === null ? "firing" : `acknowledged by ${acked_by}`;
}

/** Of the worst place. */
export function alertCause({ detail: { places } }: Alert): string {
  const [worst] = places;
  return worst === undefined ? "" : causeText(worst);
}

/** Who was told what, and what became of it: a line each, below its alert. */
export function messageTable(messages: readonly KeptMessage[], options: TextTableOptions): string {
  if (messages.length === 0) return "  nobody was told\n";
  return textTable<KeptMessage>(
    [
      { title: "  MESSAGE", cell: ({ kind, count }) => `  ${kind}${count > 1 ? ` ${count}` : ""}` },
      { title: "CHANNEL", cell: ({ channel }) => channel },
      { title: "STATE", cell: ({ state }) => state },
      { title: "AT (UTC)", cell: ({ settled_at, due_at }) => clockTime(settled_at ?? due_at) },
      { title: "ATTEMPTS", cell: ({ attempts }) => String(attempts), alignsRight: true },
      { title: "ERROR", cell: ({ error }) => error ?? "" },
    ],
    messages,
    options,
  );
}
