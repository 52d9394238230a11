/** A priority queue by time: a binary heap, for one timer over any number of sites. */

type Entry<T> = { readonly dueMs: number; readonly value: T };

/** Hands out values in the order in which they fall due. */
export class DueQueue<T> {
  readonly #heap: Entry<T>[] = [];

  /** When the next value falls due; `undefined` when nothing waits. */
  get nextDueMs(): number | undefined {
    return this.#heap[0]?.dueMs;
  }

  /** When the last of the next `count` values falls due, of those that do so until `untilMs`. */
  lastDueMs(count: number, untilMs: number): number {
    // In a heap, the nth value lies above its nth level.
    const next = this.#heap.slice(0, 2 ** count - 1).map(({ dueMs }) => dueMs)
      .filter((dueMs) => dueMs <= untilMs).sort((a, b) => a - b);
    return next[Math.min(count, next.length) - 1] ?? -Infinity;
  }

  push(dueMs: number, value: T): void {
    const entry = { dueMs, value };
    let at = this.#heap.length;
    this.#heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.#heap[parent]!;
      if (above.dueMs <= dueMs) break;
      this.#heap[at] = above;
      at = parent;
    }
    this.#heap[at] = entry;
  }

  /** Takes the next value if it is due at `nowMs`. */
  takeDue(nowMs: number): T | undefined {
    const top = this.#heap[0];
    if (top === undefined || top.dueMs > nowMs) return undefined;
    const last = this.#heap.pop()!;
    if (this.#heap.length > 0) this.#sink(last);
    return top.value;
  }

  #sink(entry: Entry<T>): void {
    let at = 0;
    while (true) {
      let child = 2 * at + 1;
      const right = this.#heap[child + 1];
      if (right !== undefined && right.dueMs < this.#heap[child]!.dueMs) child++;
      const below = this.#heap[child];
      if (below === undefined || below.dueMs >= entry.dueMs) break;
      this.#heap[at] = below;
      at = child;
    }
    this.#heap[at] = entry;
  }
}
