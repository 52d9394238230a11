/** Begins a check in each slot; slots that passed while the process was suspended are skipped. */
export async function evenly(perSecond: number, check: () => Promise<void>): Promise<void> {
  for (let dueMs = performance.now();; dueMs += 1_000 / perSecond) {
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    else if (waitMs < -1_000) dueMs -= waitMs;
    void check();
  }
}
