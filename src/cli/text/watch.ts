/** `--watch`: shows an output again and again, in place on a terminal. */
import { sleep, systemClock } from "../../runtime/clock.ts";
import type { Terminal } from "./terminal.ts";

/** Enough to read a table, and shorter than most check intervals. */
const ROUND_MS = 2_000;
const SIGNALS = ["SIGINT", "SIGTERM"] as const;
const CLEAR_SCREEN = "\x1b[2J";
const HOME = "\x1b[H";
const CLEAR_REST = "\x1b[J";

export interface WatchOptions {
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** Of the terminal, which may be resized; undefined when there is none. */
  readonly size?: () => { readonly columns: number; readonly rows: number } | undefined;
}

/** Resolves to the exit code of the last round, once the signal aborts. */
export async function watch(
  show: (terminal: Terminal) => Promise<number>,
  terminal: Terminal,
  { signal, size = screenSize }: WatchOptions,
): Promise<number> {
  let exitCode = 0;
  for (let round = 0; !signal.aborted; round++) {
    let text = "";
    const keep = (part: string) => void (text += part);
    const screen = terminal.columns === undefined ? undefined : size();
    const { columns, rows } = screen ?? terminal;
    exitCode = await show({ ...terminal, columns, rows, write: keep, writeError: keep });
    if (screen === undefined) terminal.write(text);
    else terminal.write((round === 0 ? CLEAR_SCREEN : "") + HOME + fitted(text, screen.rows));
    await sleep(systemClock, ROUND_MS, signal);
  }
  return exitCode;
}

/**
 * The first lines, which are the worst, how many do not fit, and the last one, which is the summary.
 * Each clears the rest of its line, since the previous round's may have been longer.
 */
function fitted(text: string, rows: number): string {
  const lines = text.trimEnd().split("\n");
  const room = Math.max(1, rows - 1);
  const first = lines.slice(0, Math.max(0, room - 2));
  const left = `${lines.length - 1 - first.length} more lines do not fit`;
  const seen = lines.length <= room ? lines : [...first, left, lines.at(-1)!].slice(-room);
  return `${seen.map((line) => `${line}\x1b[K\n`).join("")}${CLEAR_REST}`;
}

function screenSize(): { columns: number; rows: number } | undefined {
  try {
    return Deno.consoleSize();
  } catch {
    return undefined; // standard output is not a terminal
  }
}

/** Aborts when the process is asked to end. */
export function interruption(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  for (const name of SIGNALS) Deno.addSignalListener(name, abort);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of SIGNALS) Deno.removeSignalListener(name, abort);
    },
  };
}
