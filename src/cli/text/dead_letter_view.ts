/** A dead letter as the commands show it, whichever of the two places it is kept in. */
import type { OutboxDeadLetter } from "../../outbox/dead_letters.ts";
import type { StoredDeadLetter } from "../../status/dead_letters.ts";
import type { MessagePlace } from "../../status/store.ts";
import { hexDump } from "./hex_dump.ts";
import { printable, printableJson } from "./terminal_text.ts";
import { textTable } from "./text_table.ts";

export interface DeadLetterView {
  /** What names it to `show` and `replay`. */
  readonly id: string;
  readonly reason: string;
  readonly detail: string | null;
  /** `producer_id/sequence`, as far as it is known. */
  readonly report: string | null;
  /** Microseconds since 1970. */
  readonly recordedAt: number;
  readonly key: Uint8Array | null;
  /** As much of the message as was asked for. */
  readonly value: Uint8Array | null;
  readonly valueBytes: number;
  /** What only one of the two places knows, in the words of `--json`. */
  readonly more: Readonly<Record<string, string | number>>;
}

/** Of the status store: named by where it came from. */
export function storedDeadLetterView(deadLetter: StoredDeadLetter): DeadLetterView {
  const { topic, partition, offset, sitemonId, receivedAt, ...rest } = deadLetter;
  const more = { topic, partition, offset, received_at: receivedAt };
  return { ...rest, id: placeText(deadLetter), report: sitemonId, more };
}

/** Of an outbox: numbered. */
export function outboxDeadLetterView(
  deadLetter: OutboxDeadLetter,
  valueBytesMax: number,
): DeadLetterView {
  const { id, reason, kind, key, producerId, sequence, recordedAt, payload } = deadLetter;
  return {
    id: `${id}`,
    reason,
    detail: null,
    report: `${producerId}/${sequence}`,
    recordedAt,
    key: new TextEncoder().encode(key),
    value: payload.subarray(0, valueBytesMax),
    valueBytes: payload.length,
    more: { kind, producer_id: producerId, sequence },
  };
}

/** `topic/partition/offset`. */
export function placeText({ topic, partition, offset }: MessagePlace): string {
  return `${topic}/${partition}/${offset}`;
}

/** The place that {@linkcode placeText} wrote; a topic may have slashes of its own. */
export function parsePlace(text: string): MessagePlace | undefined {
  const [, topic, partition, offset] = /^(.+)\/(\d{1,9})\/(\d{1,15})$/.exec(text) ?? [];
  if (topic === undefined) return undefined;
  return { topic, partition: Number(partition), offset: Number(offset) };
}

/** A line for each dead letter. */
export function deadLettersTable(
  deadLetters: readonly DeadLetterView[],
  columns: number | undefined,
): string {
  const rows = deadLetters.map(({ id, reason, recordedAt, valueBytes, report, detail }) => [
    id,
    reason,
    timeText(recordedAt),
    `${valueBytes}`,
    report ?? "-",
    detail ?? "",
  ]);
  const titles = ["ID", "REASON", "RECORDED", "BYTES", "REPORT", "DETAIL"];
  return textTable(rows, { titles, alignsRight: [false, false, false, true], columns });
}

/** All that is known of a dead letter, for a person. */
export function deadLetterText(deadLetter: DeadLetterView): string {
  const { id, reason, detail, report, recordedAt, key, value, valueBytes, more } = deadLetter;
  const fields: [string, string][] = [
    ["id", id],
    ["reason", reason],
    ...(detail === null ? [] : [["detail", detail] as [string, string]]),
    ["report", report ?? "not said"],
    ["recorded", timeText(recordedAt)],
    ...(typeof more.received_at === "number"
      ? [["received", timeText(more.received_at)] as [string, string]]
      : []),
    ["key", key === null ? "none" : printable(new TextDecoder().decode(key))],
    ["bytes", value === null ? "none" : `${valueBytes}`],
  ];
  const lines = fields.map(([name, text]) => `${name.padEnd(10)}${printable(text)}\n`);
  const left = valueBytes - (value?.length ?? 0);
  const rest = left > 0 ? `and ${left} more bytes\n` : "";
  return `${lines.join("")}${hexDump(value ?? new Uint8Array())}${rest}`;
}

/** In the words of the report and of the tables; bytes in hexadecimal. */
export function deadLetterJson(deadLetter: DeadLetterView, withBytes: boolean): string {
  const { id, reason, detail, report, recordedAt, key, value, valueBytes, more } = deadLetter;
  const bytes = { key: key?.toHex() ?? null, value: value?.toHex() ?? null };
  return printableJson({
    id,
    ...more,
    reason,
    detail,
    sitemon_id: report,
    recorded_at: recordedAt,
    value_bytes: valueBytes,
    ...(withBytes ? bytes : {}),
  });
}

function timeText(micros: number): string {
  return `${new Date(micros / 1_000).toISOString().slice(0, 19).replace("T", " ")}Z`;
}
