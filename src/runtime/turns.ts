/** Work that must not overlap, one after the other. */

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when all that came before has settled, and settles as it does. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
