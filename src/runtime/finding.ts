/** What `sitemon doctor` found in one step: plain data, sent from the thread that tried it. */

export interface Finding {
  /** What was tried, such as `Kafka broker k1:9092`. */
  readonly subject: string;
  /** `connect`, `login`, `topic`, `disk space`, … */
  readonly step: string;
  readonly ok: boolean;
  /** What was found and, if it is a problem, what to do. */
  readonly detail: string;
}

/** Findings about one subject, in the order of its steps. */
export class Findings {
  readonly list: Finding[] = [];
  readonly #subject: string;

  constructor(subject: string) {
    this.#subject = subject;
  }

  ok(step: string, detail: string): void {
    this.list.push({ subject: this.#subject, step, ok: true, detail });
  }

  /** `detail` says what is wrong, and what to do about it. */
  problem(step: string, detail: string): void {
    this.list.push({ subject: this.#subject, step, ok: false, detail });
  }
}
