/** How far many checks are: one line at the bottom of a person's terminal, which leaves no trace. */
import type { Terminal } from "./terminal.ts";

/** Returns to the line's beginning and clears it. @see https://www.xfree86.org/current/ctlseqs.html */
const CLEAR = "\r\x1b[K";

/** Shows nothing where nobody looks at standard error. */
export class CheckProgress {
  readonly #terminal: Terminal;
  readonly #total: number;
  readonly #counts = new Map<string, number>();
  #done = 0;

  constructor(total: number, terminal: Terminal) {
    this.#total = total;
    this.#terminal = terminal;
  }

  /** Draws the line; what is written next must {@linkcode CheckProgress.clear} it first. */
  draw(): void {
    this.#write(`${CLEAR}${this.#done} of ${this.#total} checked …`);
  }

  clear(): void {
    this.#write(CLEAR);
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
