/** Which offset of each partition comes next, and whether it is the one that does come. */

/** A partition goes on elsewhere than where it was left. */
export interface Jump {
  readonly partition: number;
  /** What would have come next. */
  readonly expected: number;
  /** What came: larger if messages were gone before they were read, less after a new beginning. */
  readonly found: number;
}

/** Of one member, from when it joins its group: an offset that Kafka had lost is read past silently. */
export class ReadPositions {
  readonly #onJump: (jump: Jump) => void;
  readonly #next = new Map<number, number>();

  constructor(onJump: (jump: Jump) => void) {
    this.#onJump = onJump;
  }

  /** What the group has committed is where partitions go on that had no batch since. */
  begin(committed: ReadonlyMap<number, number>): void {
    for (const [partition, offset] of committed) {
      if (!this.#next.has(partition)) this.#next.set(partition, offset);
    }
  }

  /** A batch begins with this offset. */
  arrive(partition: number, found: number): void {
    const expected = this.#next.get(partition);
    if (expected !== undefined && found !== expected) this.#onJump({ partition, expected, found });
    this.#next.set(partition, found);
  }

  /** Everything before this offset is applied. */
  advance(partition: number, next: number): void {
    this.#next.set(partition, next);
  }

  /** Other members may have read on: what was known of any partition is known no more. */
  forget(): void {
    this.#next.clear();
  }
}
