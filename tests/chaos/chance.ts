/** Chance that can be repeated: the same seed draws the same numbers. */

/** What a schedule is drawn from. */
export class Chance {
  #state: number;

  /** Whole number; each `name` draws numbers of its own. */
  constructor(seed: number, name = "") {
    this.#state = [...name].reduce((hash, letter) => mixed(hash ^ letter.charCodeAt(0)), seed);
  }

  /** In [0, 1): Mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    return mixed(this.#state) / 2 ** 32;
  }

  /** A whole number from `min` to `max`. */
  between(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.between(0, choices.length - 1)]!;
  }

  shuffled<T>(items: readonly T[]): T[] {
    return items.map((item) => ({ item, place: this.next() }))
      .sort((a, b) => a.place - b.place).map(({ item }) => item);
  }
}

function mixed(state: number): number {
  let hash = Math.imul(state ^ (state >>> 15), state | 1);
  hash ^= hash + Math.imul(hash ^ (hash >>> 7), hash | 61);
  return (hash ^ (hash >>> 14)) >>> 0;
}
