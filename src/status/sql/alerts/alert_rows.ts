/** Alerts, messages and mutes as rows: times are microseconds since 1970, what has parts is JSON. */
import type { Alert, AlertMessage } from "../../alert_store.ts";

/** How a column travels; each store has a type of its own for it. */
export type ColumnKind = "text" | "uuid" | "int" | "boolean" | "time" | "json";

/** Names of columns, each with its kind. */
export type Columns = ReadonlyMap<string, ColumnKind>;

/** Of each kind, names with spaces between them. */
export function columns(kinds: { readonly [kind in ColumnKind]?: string }): Columns {
  const ofKind = ([kind, names]: [string, string]) =>
    names.split(" ").map((name) => [name, kind as ColumnKind] as const);
  return new Map(Object.entries(kinds).flatMap(ofKind));
}

/** What a decision writes of an alert. */
export const ALERT_COLUMNS = columns({
  uuid: "id",
  text: "rule kind severity site location end_reason suppressed_by group_key",
  time: "began_at fired_at ended_at reminded_at",
  int: "reminders",
  json: "channels detail",
});

/** And what people write of it. */
export const KEPT_ALERT_COLUMNS: Columns = new Map([
  ...ALERT_COLUMNS,
  ...columns({ time: "acked_at", text: "acked_by ack_reason" }),
]);

export const MESSAGE_COLUMNS = columns({
  uuid: "id alert_id",
  text: "channel kind group_key",
  time: "created_at due_at",
  int: "count",
  json: "content",
});

/** And what became of it, for people. */
export const KEPT_MESSAGE_COLUMNS = columns({
  uuid: "id alert_id",
  text: "channel kind state error",
  time: "created_at due_at settled_at",
  int: "count attempts",
});

export const MUTE_COLUMNS = columns({
  text: "id kind author reason",
  time: "starts_at ends_at",
  json: "names labels",
  boolean: "is_configured",
});

export const CHANNEL_COLUMNS = columns({
  text: "channel error",
  time: "retry_at parked_at delivered_at oldest_at",
  int: "failures pending",
});

/** Properties that have another name than their columns. */
const PROPERTIES: Readonly<Record<string, string>> = {
  end_reason: "end",
  starts_at: "from",
  ends_at: "until",
};

/** A row whose cells are those of its columns, as SQL answers with them and takes them. */
export type Cells = Readonly<Record<string, unknown>>;

/** What reads columns in SQL: times as microseconds, JSON as text. */
export function selection(columns: Columns, micros: (column: string) => string): string {
  return [...columns].map(([name, kind]) => {
    if (kind === "time") return `${micros(name)} AS ${name}`;
    return kind === "json" ? `CAST(${name} AS text) AS ${name}` : name;
  }).join(", ");
}

/** The row of a value, whose properties are its columns. */
export function rowOf(columns: Columns, value: object): Cells {
  const row: Record<string, unknown> = {};
  for (const [name, kind] of columns) {
    const part = (value as Cells)[PROPERTIES[name] ?? name];
    row[name] = kind === "time" ? microsOf(part as Date | null) : part;
  }
  return row;
}

/** The value of a row that was selected so. */
export function valueOf<T>(columns: Columns, row: Cells): T {
  const value: Record<string, unknown> = {};
  for (const [name, kind] of columns) value[PROPERTIES[name] ?? name] = partOf(row[name], kind);
  return value as T;
}

function partOf(cell: unknown, kind: ColumnKind): unknown {
  if (cell === null) return null;
  if (kind === "time") return dateOf(cell);
  if (kind === "boolean") return Boolean(cell);
  // JSON of a table is text, and parsed where it is a part of other JSON.
  return kind === "json" && typeof cell === "string" ? JSON.parse(cell) : cell;
}

export function microsOf(time: Date | null): number | null {
  return time && time.getTime() * 1_000;
}

/** PostgreSQL has microseconds as a text. */
export function dateOf(micros: unknown): Date {
  return new Date(Number(micros) / 1_000);
}

export function alertRow(alert: Alert): Cells {
  return rowOf(KEPT_ALERT_COLUMNS, alert);
}

export function alertOf(row: Cells): Alert {
  const alert = valueOf<Alert>(KEPT_ALERT_COLUMNS, row);
  const { places, ...detail } = alert.detail;
  // In JSON a time is a text.
  const dated = places.map((place) => ({ ...place, since: place.since && new Date(place.since) }));
  return { ...alert, detail: { ...detail, places: dated } };
}

export function messageRow({ alert, ...message }: AlertMessage): Cells {
  const { id: alert_id, group_key } = alert;
  return rowOf(MESSAGE_COLUMNS, { ...message, alert_id, group_key, content: alertRow(alert) });
}

export function messageOf(row: Cells): AlertMessage {
  const { alert_id: _, group_key: __, content, ...message } = valueOf<
    Omit<AlertMessage, "alert"> & Cells
  >(MESSAGE_COLUMNS, row);
  return { ...message, alert: alertOf(content as Cells) };
}
