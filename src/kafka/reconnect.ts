/** Goes on using Kafka whatever becomes of it: tries, tells, waits, and tries again. */
import { backoffMs, CONFIGURATION_RETRY_MS } from "../runtime/backoff.ts";
import { type Clock, sleep } from "../runtime/clock.ts";
import { isFromKafka } from "./client/errors.ts";
import type { KafkaHealth } from "./health.ts";

/** At most one try a second, and soon after the brokers are back. */
const RETRY = { minMs: 2_000, maxMs: 4_000 };

/**
 * Resolves as the first try does that succeeds, or to nothing when the signal aborts. A failure of
 * Kafka is told and waited for; any other error rejects.
 */
export async function reconnecting<T>(
  attempt: () => Promise<T>,
  { clock, health }: { clock: Clock; health: KafkaHealth },
  signal: AbortSignal,
): Promise<T | undefined> {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!isFromKafka(error)) throw error;
      const { isTemporary } = health.tellFailing(error);
      await sleep(clock, isTemporary ? backoffMs(failures, RETRY) : CONFIGURATION_RETRY_MS, signal);
    }
  }
  return undefined;
}
