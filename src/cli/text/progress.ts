/** How far a command has got: a bar on a terminal, a line now and then elsewhere. */
import type { Clock } from "../../runtime/clock.ts";
import type { Terminal } from "./terminal.ts";

export interface ProgressOptions {
  /** What there is of it, in all. */
  readonly total: number;
  /** What is counted: `rows`. */
  readonly unit: string;
  readonly terminal: Terminal;
  readonly clock: Clock;
}

/** A person sees it move; a log does not fill. */
const BAR_EVERY_MS = 100;
const LINE_EVERY_MS = 5_000;
const BAR_WIDTH = 20;
const COLUMNS_DEFAULT = 80;
const CLEAR_LINE = "\r\x1b[K";

/** Written to standard error, so that standard output stays what was asked for. */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #startMs: number;
  #toldMs = -Infinity;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#startMs = options.clock.monotonicMs();
  }

  /** Tells that `done` of it are done, unless it told so a moment ago. */
  update(done: number): void {
    const { terminal, clock } = this.#options;
    const nowMs = clock.monotonicMs();
    if (nowMs - this.#toldMs < (terminal.isInteractive ? BAR_EVERY_MS : LINE_EVERY_MS)) return;
    this.#toldMs = nowMs;
    const text = this.#text(done, nowMs - this.#startMs);
    if (!terminal.isInteractive) return terminal.writeError(`${text}\n`);
    const bar = this.#bar(done);
    const columns = terminal.columns ?? COLUMNS_DEFAULT;
    terminal.writeError(`${CLEAR_LINE}${`${bar} ${text}`.slice(0, columns - 1)}`);
  }

  /** Writes a line of its own; the bar comes back below it. */
  line(text: string): void {
    this.clear();
    this.#options.terminal.writeError(`${text}\n`);
  }

  /** Takes the bar away. */
  clear(): void {
    if (this.#options.terminal.isInteractive) this.#options.terminal.writeError(CLEAR_LINE);
    this.#toldMs = -Infinity;
  }

  #bar(done: number): string {
    const filled = Math.floor(BAR_WIDTH * this.#part(done));
    return `[${"#".repeat(filled)}${"-".repeat(BAR_WIDTH - filled)}]`;
  }

  #text(done: number, elapsedMs: number): string {
    const { total, unit } = this.#options;
    const percent = Math.floor(100 * this.#part(done));
    const perSecond = elapsedMs > 0 ? done / elapsedMs * 1_000 : 0;
    const eta = perSecond > 0 ? `, ETA ${span((total - done) / perSecond)}` : "";
    return `${percent} %, ${done} of ${total} ${unit}, ${Math.round(perSecond)}/s${eta}`;
  }

  #part(done: number): number {
    const { total } = this.#options;
    return total > 0 ? Math.min(1, done / total) : 1;
  }
}

function span(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  if (seconds < 7_200) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.ceil(seconds / 3_600)} h`;
}
