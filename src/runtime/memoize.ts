/** Answers that cost more to find than to keep, such as those about the same few addresses. */

/**
 * Answers that are kept, over one for each host of a large configuration. When there are more, all
 * are forgotten at once: that is simple, and rare enough to cost nothing.
 */
export const ANSWERS_MAX = 16_384;

/** The same function, asked once about each key. What it throws is not kept. */
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
