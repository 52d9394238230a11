/** How long to wait before the next try. */

/**
 * Exponential backoff with equal jitter: the wait doubles from `minMs` to `maxMs`, and half of it
 * is drawn, so that clients of one broken server do not reconnect together.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(
  attempt: number,
  { minMs, maxMs, random = Math.random }: { minMs: number; maxMs: number; random?: () => number },
): number {
  const ceiling = Math.min(maxMs, minMs * 2 ** Math.min(attempt, 30));
  return ceiling / 2 + random() * ceiling / 2;
}

/**
 * Between tries after a failure that only a person can fix, such as a missing privilege or topic:
 * often enough to notice soon that it was fixed.
 */
export const CONFIGURATION_RETRY_MS = 15_000;
