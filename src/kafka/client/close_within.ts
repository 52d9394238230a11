/** Ends what may not end by itself. */
import type { Clock } from "../../runtime/clock.ts";

/** A thread has two seconds to close itself. */
const CLOSE_DEADLINE_MS = 1_500;

/** Waits for a farewell, but not for long; a farewell that fails is one too. */
export async function closeWithin(clock: Clock, close: () => Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const cancel = clock.after(CLOSE_DEADLINE_MS, late.resolve);
  await Promise.race([close().catch(() => {}), late.promise]);
  cancel();
}
