/** The sums of alert messages, for `sitemon audit --alerts`. */
import { MESSAGE_STATES, type MessageSums } from "../../status/alert_store.ts";
import { printableJson } from "./terminal_text.ts";
import { type Column, textTable } from "./text_table.ts";

/** What must be none; `unaccounted` are messages that have no state that is known. */
export interface SumFaults {
  readonly unaccounted: number;
  readonly unmade: number;
  readonly untoldEnds: number;
  readonly untoldBeginnings: number;
}

export function sumFaults(
  { messages, states, unmade, untoldEnds, untoldBeginnings }: MessageSums,
): SumFaults {
  const known = MESSAGE_STATES.reduce((sum, state) => sum + states[state], 0);
  return { unaccounted: messages - known, unmade, untoldEnds, untoldBeginnings };
}

const COLUMNS: readonly Column<MessageSums>[] = [
  { title: "MESSAGES", cell: ({ messages }) => `${messages}`, alignsRight: true },
  ...MESSAGE_STATES.map((state): Column<MessageSums> => ({
    title: state.toUpperCase(),
    cell: ({ states }) => `${states[state]}`,
    alignsRight: true,
  })),
];

const FAULT_TEXTS: Readonly<Record<keyof SumFaults, string>> = {
  unaccounted: "Messages in none of these states",
  unmade: "Channels without a message of an alert that fired",
  untoldEnds: "Channels that may have been told of a beginning, and not of its end",
  untoldBeginnings: "Channels told of an end, and not of its beginning",
};

export function alertSumsTable(sums: MessageSums, columns: number | undefined): string {
  const faults = Object.entries(sumFaults(sums)).filter(([, count]) => count !== 0)
    .map(([fault, count]) => `${FAULT_TEXTS[fault as keyof SumFaults]}: ${count}\n`);
  const lines = faults.length > 0 ? faults : ["Every alert message is accounted for\n"];
  return textTable(COLUMNS, [sums], { columns }) + lines.join("");
}

export function alertSumsJson(sums: MessageSums): string {
  const { unaccounted } = sumFaults(sums);
  const line = {
    messages: sums.messages,
    ...sums.states,
    unaccounted,
    unmade: sums.unmade,
    untold_ends: sums.untoldEnds,
    untold_beginnings: sums.untoldBeginnings,
  };
  return `${printableJson(line)}\n`;
}
