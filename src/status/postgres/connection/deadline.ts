/** Bounds a wait whose other side may be silent for ever. */

/** The server did not answer in time. */
export class AnswerTimeoutError extends Error {
  override readonly name = "AnswerTimeoutError";
}

/**
 * Settles as `promise` does, or rejects with {@linkcode AnswerTimeoutError} after `deadlineMs`.
 * What `promise` does after that is nobody's concern any more.
 */
export async function beforeDeadline<T>(promise: Promise<T>, deadlineMs: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new AnswerTimeoutError(`no answer within ${deadlineMs} ms`)),
    deadlineMs,
  );
  promise.catch(() => {});
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
