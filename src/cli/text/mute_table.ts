/** Silences and planned work as a table. */
import { clockTime, lengthText } from "../../runtime/relative_time.ts";
import { type Mute, SHOWN_ID_LENGTH } from "../../status/alert_store.ts";
import { type Column, textTable, type TextTableOptions } from "./text_table.ts";

const COLUMNS: readonly Column<Mute>[] = [
  { title: "ID", cell: ({ id }) => id.slice(0, SHOWN_ID_LENGTH) },
  { title: "FROM (UTC)", cell: ({ from }) => clockTime(from) },
  {
    title: "FOR",
    cell: ({ from, until }) => lengthText((until.getTime() - from.getTime()) / 1_000),
    alignsRight: true,
  },
  { title: "SITES", cell: sitesText, widthMax: 40, dropOrder: 2 },
  { title: "AUTHOR", cell: ({ author }) => author, dropOrder: 1 },
  { title: "REASON", cell: ({ reason }) => reason, widthWanted: 24 },
];

export function muteTable(mutes: readonly Mute[], options: TextTableOptions): string {
  return textTable(COLUMNS, mutes, options);
}

/** `shop*, api; team:shop`, or `all`. */
export function sitesText({ names, labels }: Pick<Mute, "names" | "labels">): string {
  const labelled = Object.entries(labels ?? {}).map(([key, value]) => `${key}:${value}`);
  return [names?.join(", "), labelled.join(", ")].filter(Boolean).join("; ") || "all";
}
