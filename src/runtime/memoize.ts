/** A cache for answers about the same few keys, such as addresses. */

/**
 * Cached answers, more than one for each host of a large configuration. When there are more, all are
 * dropped: simple, and rare.
 */
export const ANSWERS_MAX = 16_384;

/** The same function, called once for each key. What it throws is not cached. */
export function memoize<Answer>(answer: (key: string) => Answer): (key: string) => Answer {
  const answers = new Map<string, Answer>();
  return (key) => {
    const known = answers.get(key);
    if (known !== undefined) return known;
    if (answers.size >= ANSWERS_MAX) answers.clear();
    const found = answer(key);
    answers.set(key, found);
    return found;
  };
}
