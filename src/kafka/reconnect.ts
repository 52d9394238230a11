/** Goes on using Kafka whatever becomes of it: tries, tells, waits, and tries again. */
import { backoffMs } from "../runtime/backoff.ts";
import { type Clock, sleep } from "../runtime/clock.ts";
import { logger } from "../runtime/logging.ts";
import { MinuteLimit } from "../runtime/minute_limit.ts";
import type { Telemetry } from "../runtime/telemetry.ts";
import { classify, isFromKafka } from "./errors.ts";

/** At most one try a second, and soon after the brokers are back. */
const RETRY = { minMs: 2_000, maxMs: 4_000 };
/** Somebody has to change something first; they want to see it work soon after. */
export const CONFIGURATION_RETRY_MS = 15_000;
/** A try that lasted so long did work: the backoff starts anew. */
const WORKED_MS = 30_000;

export interface ReconnectOptions {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

const log = logger("consumer");

/**
 * Resolves as the first try does that succeeds, or to nothing when the signal aborts. A failure of
 * Kafka is told to readiness, and to the log once a minute; any other error rejects.
 */
export async function reconnecting<T>(
  attempt: () => Promise<T>,
  { clock, telemetry }: ReconnectOptions,
  signal: AbortSignal,
): Promise<T | undefined> {
  const limit = new MinuteLimit(clock);
  for (let failures = 0; !signal.aborted;) {
    const startMs = clock.monotonicMs();
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!isFromKafka(error)) throw error;
      const { failure, message, isTemporary } = classify(error);
      telemetry.dependency("kafka", { ok: false, reason: failure, detail: message });
      if (limit.allows(failure)) log.warn("{detail}", { detail: message, failure });
      if (clock.monotonicMs() - startMs > WORKED_MS) failures = 0;
      const pauseMs = isTemporary ? backoffMs(failures++, RETRY) : CONFIGURATION_RETRY_MS;
      await sleep(clock, pauseMs, signal);
    }
  }
  return undefined;
}
