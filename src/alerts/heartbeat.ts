/** A dead man's switch: requests that a receiver expects, and that stop when nothing is decided. */
import type { Heartbeat } from "../config/alerts.ts";
import { type Clock, sleep } from "../runtime/clock.ts";
import { Deadline } from "../runtime/deadline.ts";
import { logger } from "../runtime/telemetry/logging.ts";
import { countFromZero, type Telemetry } from "../runtime/telemetry/telemetry.ts";
import { exchange } from "./http_exchange.ts";

const REQUEST_MS_MAX = 10_000;
const BEATS = "sitemon_alerts_heartbeats_total";
const RESULTS = ["sent", "failed", "withheld"] as const;

const log = logger("alerts");

export interface HeartbeatOptions extends Heartbeat {
  /** Whether decisions are made here on fresh data, which alone is told; `idle` where others decide. */
  readonly state: () => "fresh" | "stale" | "idle";
  readonly denies: (address: string) => boolean;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly signal: AbortSignal;
}

/** Resolves when the signal aborts. */
export async function beat(options: HeartbeatOptions): Promise<void> {
  const { everyMs, clock, telemetry, signal } = options;
  countFromZero(telemetry, BEATS, RESULTS.map((result) => ({ result })));
  let last: (typeof RESULTS)[number] = "sent";
  while (!signal.aborted) {
    const state = options.state();
    if (state !== "idle") {
      const result = state === "fresh" ? await request(options) : "withheld";
      telemetry.count(BEATS, { result });
      if (result !== last) log.info("heartbeat is {result}, after it was {last}", { result, last });
      last = result;
    }
    await sleep(clock, everyMs, signal);
  }
}

async function request({ url, denies, clock, signal }: HeartbeatOptions) {
  using deadline = new Deadline(clock, REQUEST_MS_MAX, signal);
  const headers = { "user-agent": "sitemon" };
  try {
    const { status } = await exchange(
      { method: "GET", url, headers, body: "" },
      { signal: deadline.signal, denies },
    );
    return status >= 200 && status < 300 ? "sent" : "failed";
  } catch {
    return "failed";
  }
}
