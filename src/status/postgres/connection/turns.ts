/** Lets asynchronous work on something that can only do one thing at a time take turns. */

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when all that came before has settled. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
