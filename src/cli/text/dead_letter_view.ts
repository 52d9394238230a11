/** A dead letter as the commands show it, whether it is in a store or in an outbox. */
import type { OutboxDeadLetter } from "../../outbox/dead_letters.ts";
import { formatSitemonId } from "../../report/sitemon_id.ts";
import type { StoredDeadLetter } from "../../status/dead_letters.ts";
import type { MessagePlace } from "../../status/store.ts";
import { printable, printableJson } from "./terminal_text.ts";
import { type Column, textTable } from "./text_table.ts";

/** Other columns are dropped before the detail is cut to less. */
const DETAIL_WIDTH_WANTED = 32;

export interface DeadLetterView {
  /** For `show` and `replay`. */
  readonly id: string;
  readonly reason: string;
  readonly detail: string | null;
  /** `producer_id/sequence`, as far as it is known. */
  readonly report: string | null;
  /** Microseconds since 1970. */
  readonly recordedAt: number;
  readonly key: Uint8Array | null;
  /** The first bytes of the message, as many as were asked for. */
  readonly value: Uint8Array | null;
  readonly valueBytes: number;
  /** What only one of the two kinds has, named as in `--json`. */
  readonly more: Readonly<Record<string, string | number>>;
}

/** One of the status store; its place on the topic is its ID. */
export function storedDeadLetterView(deadLetter: StoredDeadLetter): DeadLetterView {
  const { topic, partition, offset, sitemonId, receivedAt, ...rest } = deadLetter;
  const more = { topic, partition, offset, received_at: receivedAt };
  return { ...rest, id: placeText(deadLetter), report: sitemonId, more };
}

/** One of an outbox; its number is its ID. */
export function outboxDeadLetterView(
  deadLetter: OutboxDeadLetter,
  valueBytesMax: number,
): DeadLetterView {
  const { id, reason, kind, key, producerId, sequence, recordedAt, payload } = deadLetter;
  return {
    id: `${id}`,
    reason,
    detail: null,
    report: formatSitemonId({ producerId, sequence }),
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

/** The reverse of {@linkcode placeText}; a topic may contain slashes. */
export function parsePlace(text: string): MessagePlace | undefined {
  const [, topic, partition, offset] = /^(.+)\/(\d{1,9})\/(\d{1,15})$/.exec(text) ?? [];
  if (topic === undefined) return undefined;
  return { topic, partition: Number(partition), offset: Number(offset) };
}

const COLUMNS: readonly Column<DeadLetterView>[] = [
  { title: "ID", cell: ({ id }) => id },
  { title: "REASON", cell: ({ reason }) => reason },
  { title: "RECORDED", cell: ({ recordedAt }) => timeText(recordedAt), dropOrder: 2 },
  { title: "BYTES", cell: ({ valueBytes }) => `${valueBytes}`, alignsRight: true, dropOrder: 3 },
  { title: "REPORT", cell: ({ report }) => report ?? "-", dropOrder: 1 },
  { title: "DETAIL", cell: ({ detail }) => detail ?? "", widthWanted: DETAIL_WIDTH_WANTED },
];

/** A line for each dead letter. */
export function deadLettersTable(
  deadLetters: readonly DeadLetterView[],
  columns: number | undefined,
): string {
  return textTable(COLUMNS, deadLetters, { columns });
}

/** A dead letter in full, for a person. */
export function deadLetterText(deadLetter: DeadLetterView): string {
  const { id, reason, detail, report, recordedAt, key, value, valueBytes, more } = deadLetter;
  const fields: [string, string][] = [
    ["id", id],
    ["reason", reason],
    ...(detail === null ? [] : [["detail", detail] as [string, string]]),
    ["report", report ?? "unknown"],
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

/** Named like the report's fields and the tables' columns; bytes in hexadecimal. */
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

/** As of hexdump(1). */
const BYTES_PER_LINE = 16;

/** Lines as those of `hexdump -C`, safe to print, each with its line break. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += BYTES_PER_LINE) {
    const part = bytes.subarray(offset, offset + BYTES_PER_LINE);
    const numbers = Array.from(part, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = String.fromCharCode(...part).replace(/[^\x20-\x7e]/g, ".");
    const place = offset.toString(16).padStart(8, "0");
    lines.push(`${place}  ${numbers.padEnd(3 * BYTES_PER_LINE - 1)}  |${text}|\n`);
  }
  return lines.join("");
}
