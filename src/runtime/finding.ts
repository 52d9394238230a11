/** What `sitemon doctor` found out about one thing: plain data, sent from the thread that tried it. */

export interface Finding {
  /** What was tried, such as `Kafka broker k1:9092`. */
  readonly subject: string;
  /** How far: `connect`, `log in`, `topic`, `disk space`, … */
  readonly step: string;
  readonly isWell: boolean;
  /** What was found and, where it is not well, what to do. */
  readonly detail: string;
}

/** Findings about one subject, in the order of its steps. */
export class Findings {
  readonly list: Finding[] = [];
  readonly #subject: string;

  constructor(subject: string) {
    this.#subject = subject;
  }

  /** Notes that a step is as it should be. */
  well(step: string, detail: string): void {
    this.list.push({ subject: this.#subject, step, isWell: true, detail });
  }

  /** Notes what is not, and what to do about it. */
  ill(step: string, detail: string): void {
    this.list.push({ subject: this.#subject, step, isWell: false, detail });
  }
}
