/** Alerts, messages and mutes as rows: times are microseconds since 1970, what has parts is JSON. */
import type {
  Alert,
  AlertDetail,
  AlertMessage,
  ChannelState,
  KeptMessage,
  Mute,
} from "../../alert_store.ts";

/** How a column travels; each store has a type of its own for it. */
export type ColumnKind = "text" | "uuid" | "int" | "boolean" | "time" | "json";

/** What a decision writes of an alert, by column. */
export const ALERT_COLUMNS = {
  id: "uuid",
  rule: "text",
  kind: "text",
  severity: "text",
  site: "text",
  location: "text",
  began_at: "time",
  fired_at: "time",
  ended_at: "time",
  end_reason: "text",
  suppressed_by: "text",
  channels: "json",
  group_key: "text",
  detail: "json",
  reminders: "int",
  reminded_at: "time",
} as const satisfies Record<string, ColumnKind>;

/** What people write of it. */
const ACK_COLUMNS = { acked_at: "time", acked_by: "text", ack_comment: "text" } as const;

export const MESSAGE_COLUMNS = {
  id: "uuid",
  alert_id: "uuid",
  channel: "text",
  kind: "text",
  count: "int",
  group_key: "text",
  content: "json",
  created_at: "time",
  due_at: "time",
} as const satisfies Record<string, ColumnKind>;

export const MUTE_COLUMNS = {
  id: "text",
  kind: "text",
  starts_at: "time",
  ends_at: "time",
  names: "json",
  labels: "json",
  author: "text",
  reason: "text",
  is_configured: "boolean",
} as const satisfies Record<string, ColumnKind>;

const CHANNEL_COLUMNS = {
  channel: "text",
  failures: "int",
  retry_at: "time",
  parked_at: "time",
  error: "text",
  delivered_at: "time",
} as const satisfies Record<string, ColumnKind>;

/** A row whose cells are those of its columns, as SQL answers with them and takes them. */
export type Cells = Readonly<Record<string, unknown>>;

/** SQL that reads columns: times as microseconds, JSON as text. */
function read(
  columns: Readonly<Record<string, ColumnKind>>,
  micros: (column: string) => string,
): string {
  return Object.entries(columns).map(([name, kind]) => {
    if (kind === "time") return `${micros(name)} AS ${name}`;
    return kind === "json" ? `CAST(${name} AS text) AS ${name}` : name;
  }).join(", ");
}

/** What reads the columns of each table. */
export function selections(micros: (column: string) => string) {
  return {
    alert: read({ ...ALERT_COLUMNS, ...ACK_COLUMNS }, micros),
    message: read(MESSAGE_COLUMNS, micros),
    mute: read(MUTE_COLUMNS, micros),
    channel: read(CHANNEL_COLUMNS, micros),
  };
}

export function microsOfDate(time: Date | null): number | null {
  return time && time.getTime() * 1_000;
}

function dateOf(micros: unknown): Date {
  return new Date(Number(micros) / 1_000);
}

function dateOrNull(micros: unknown): Date | null {
  return micros === null ? null : dateOf(micros);
}

/** JSON of a table is text, and parsed where it is a part of other JSON. */
function parsed<T>(cell: unknown): T {
  return (typeof cell === "string" ? JSON.parse(cell) : cell) as T;
}

export function alertRow({ end, ...alert }: Alert): Cells {
  return {
    ...alert,
    end_reason: end,
    began_at: microsOfDate(alert.began_at),
    fired_at: microsOfDate(alert.fired_at),
    ended_at: microsOfDate(alert.ended_at),
    reminded_at: microsOfDate(alert.reminded_at),
    acked_at: microsOfDate(alert.acked_at),
  };
}

export function alertOf({ end_reason, ...row }: Cells): Alert {
  return {
    ...row,
    end: end_reason,
    began_at: dateOf(row.began_at),
    fired_at: dateOf(row.fired_at),
    ended_at: dateOrNull(row.ended_at),
    channels: parsed(row.channels),
    detail: detailOf(parsed<AlertDetail>(row.detail)),
    reminded_at: dateOrNull(row.reminded_at),
    acked_at: dateOrNull(row.acked_at),
  } as unknown as Alert;
}

/** In JSON a time is a text. */
function detailOf({ places, ...detail }: AlertDetail): AlertDetail {
  const dated = places.map((place) => ({ ...place, since: place.since && new Date(place.since) }));
  return { ...detail, places: dated };
}

export function messageRow({ alert, ...message }: AlertMessage): Cells {
  return {
    ...message,
    alert_id: alert.id,
    group_key: alert.group_key,
    content: alertRow(alert),
    created_at: microsOfDate(message.created_at),
    due_at: microsOfDate(message.due_at),
  };
}

export function messageOf(row: Cells): AlertMessage {
  return {
    id: row.id,
    alert: alertOf(parsed<Cells>(row.content)),
    channel: row.channel,
    kind: row.kind,
    count: row.count,
    created_at: dateOf(row.created_at),
    due_at: dateOf(row.due_at),
  } as AlertMessage;
}

export function keptMessageOf(
  { alert_id: _, group_key: __, content: ___, ...row }: Cells,
): KeptMessage {
  return {
    ...row,
    created_at: dateOf(row.created_at),
    due_at: dateOf(row.due_at),
    settled_at: dateOrNull(row.settled_at),
  } as KeptMessage;
}

export function muteRow({ from, until, ...mute }: Mute): Cells {
  return { ...mute, starts_at: microsOfDate(from), ends_at: microsOfDate(until) };
}

export function muteOf({ starts_at, ends_at, ...row }: Cells): Mute {
  return {
    ...row,
    from: dateOf(starts_at),
    until: dateOf(ends_at),
    names: parsed(row.names),
    labels: parsed(row.labels),
    is_configured: Boolean(row.is_configured),
  } as unknown as Mute;
}

export function channelOf(row: Cells): ChannelState {
  return {
    ...row,
    retry_at: dateOrNull(row.retry_at),
    parked_at: dateOrNull(row.parked_at),
    delivered_at: dateOrNull(row.delivered_at),
    oldest_at: dateOrNull(row.oldest_at),
  } as unknown as ChannelState;
}
