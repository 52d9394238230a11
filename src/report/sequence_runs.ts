/** Sets of sequences as runs without holes: millions that arrived in order are one run. */

/** Sequences from `first` to `last`, both included. */
export interface Run {
  readonly first: number;
  readonly last: number;
}

/** The same set as runs that rise and do not touch. */
export function normalized(runs: readonly Run[]): Run[] {
  const merged: { first: number; last: number }[] = [];
  for (const { first, last } of runs.toSorted((a, b) => a.first - b.first)) {
    const before = merged.at(-1);
    if (before === undefined || first > before.last + 1) merged.push({ first, last });
    else before.last = Math.max(before.last, last);
  }
  return merged;
}

/** How many sequences there are. The runs are normalized. */
export function sizeOf(runs: readonly Run[]): number {
  return runs.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/** What of `runs` is not in `others`. Both are normalized, and so is the answer. */
export function without(runs: readonly Run[], others: readonly Run[]): Run[] {
  const left: Run[] = [];
  let at = 0;
  for (const run of runs) {
    let first = run.first;
    while (at < others.length && others[at]!.last < first) at++;
    for (let next = at; next < others.length && others[next]!.first <= run.last; next++) {
      const other = others[next]!;
      if (other.first > first) left.push({ first, last: other.first - 1 });
      first = Math.max(first, other.last + 1);
    }
    if (first <= run.last) left.push({ first, last: run.last });
  }
  return left;
}

/** What of `runs` lies within a run. */
export function clipped(runs: readonly Run[], { first, last }: Run): Run[] {
  return runs.filter((run) => run.last >= first && run.first <= last).map((run) => ({
    first: Math.max(run.first, first),
    last: Math.min(run.last, last),
  }));
}
