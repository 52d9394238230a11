/** Ends what may not end by itself. */
import type { Clock } from "../../runtime/clock.ts";
import { within } from "../../runtime/deadline.ts";

/** A thread has two seconds to close itself. */
const CLOSE_DEADLINE_MS = 1_500;

/** Waits briefly, and ignores a failed close. */
export async function closeWithin(clock: Clock, close: () => Promise<void>): Promise<void> {
  await within(CLOSE_DEADLINE_MS, close(), clock).catch(() => {});
}
