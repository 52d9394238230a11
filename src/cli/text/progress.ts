/** How far a command has got: a bar on a terminal, a line now and then elsewhere. */
import type { Clock } from "../../runtime/clock.ts";
import type { Terminal } from "./terminal.ts";

export interface ProgressOptions {
  readonly total: number;
  /** What is counted, such as `rows`. */
  readonly unit: string;
  readonly terminal: Terminal;
  readonly clock: Clock;
}

/** Often enough for a person, and rarely enough for a log. */
const BAR_EVERY_MS = 100;
const LINE_EVERY_MS = 5_000;
const BAR_WIDTH = 20;
const COLUMNS_DEFAULT = 80;
/** @see https://www.xfree86.org/current/ctlseqs.html */
const CLEAR_LINE = "\r\x1b[K";

/** Writes to standard error, since standard output is for results. */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #startMs: number;
  #total: number;
  #shownMs = -Infinity;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#total = options.total;
    this.#startMs = options.clock.monotonicMs();
  }

  /** Shows how many are done, unless it did so a moment ago; the total may turn out to be another. */
  update(done: number, total = this.#total): void {
    this.#total = total;
    const { terminal, clock } = this.#options;
    const nowMs = clock.monotonicMs();
    if (nowMs - this.#shownMs < (terminal.isInteractive ? BAR_EVERY_MS : LINE_EVERY_MS)) return;
    this.#shownMs = nowMs;
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

  clear(): void {
    if (this.#options.terminal.isInteractive) this.#options.terminal.writeError(CLEAR_LINE);
    this.#shownMs = -Infinity;
  }

  #bar(done: number): string {
    const filled = Math.floor(BAR_WIDTH * this.#part(done));
    return `[${"#".repeat(filled)}${"-".repeat(BAR_WIDTH - filled)}]`;
  }

  #text(done: number, elapsedMs: number): string {
    const total = this.#total;
    const { unit } = this.#options;
    const percent = Math.floor(100 * this.#part(done));
    const perSecond = elapsedMs > 0 ? done / elapsedMs * 1_000 : 0;
    const eta = perSecond > 0 ? `, ETA ${etaText((total - done) / perSecond)}` : "";
    return `${percent} %, ${done} of ${total} ${unit}, ${Math.round(perSecond)}/s${eta}`;
  }

  #part(done: number): number {
    const total = this.#total;
    return total > 0 ? Math.min(1, done / total) : 1;
  }
}

/** Rounded up, unlike span() of relative_time.ts: an ETA of 0 s would be wrong. */
function etaText(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  if (seconds < 7_200) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.ceil(seconds / 3_600)} h`;
}

/** How many checks have ended: one line on a terminal that disappears afterwards, else nothing. */
export class CheckProgress {
  readonly #terminal: Terminal;
  readonly #total: number;
  readonly #counts = new Map<string, number>();
  #done = 0;

  constructor(total: number, terminal: Terminal) {
    this.#total = total;
    this.#terminal = terminal;
  }

  /** Draws the line; {@linkcode CheckProgress.clear} it before writing anything else. */
  draw(): void {
    this.#write(`${CLEAR_LINE}${this.#done} of ${this.#total} checked …`);
  }

  clear(): void {
    this.#write(CLEAR_LINE);
  }

  /** Counts a check that ended. */
  count(outcome: string): void {
    this.#done++;
    this.#counts.set(outcome, (this.#counts.get(outcome) ?? 0) + 1);
  }

  /** How many ended how, such as `3 checks: 2 up, 1 down`. */
  get summary(): string {
    const counts = [...this.#counts].map(([outcome, count]) => `${count} ${outcome}`);
    return `${this.#done} checks: ${counts.join(", ")}`;
  }

  #write(text: string): void {
    if (this.#terminal.isInteractive) this.#terminal.writeError(text);
  }
}
