/** A dead man's switch: requests that a receiver expects, and that stop when nothing is decided. */
import type { Heartbeat } from "../config/alerts.ts";
import { sleep } from "../runtime/clock.ts";
import { logger } from "../runtime/telemetry/logging.ts";
import { countFromZero, type Telemetry } from "../runtime/telemetry/telemetry.ts";
import { type SendOptions, sendRequest } from "./channels/http_channel.ts";
import type { ChannelRequest } from "./http_exchange.ts";

const BEATS = "sitemon_alerts_heartbeats_total";
const RESULTS = ["sent", "failed", "withheld"] as const;

const log = logger("alerts");

export interface HeartbeatOptions extends Heartbeat, SendOptions {
  /** Whether decisions are made here on fresh data, which alone is told; `idle` where others decide. */
  readonly state: () => "fresh" | "stale" | "idle";
  readonly telemetry: Telemetry;
}

/** Resolves when the signal aborts. */
export async function beat(options: HeartbeatOptions): Promise<void> {
  const { url, everyMs, clock, telemetry, signal } = options;
  const headers = { "user-agent": "sitemon" };
  const request: ChannelRequest = { method: "GET", url, headers, body: "" };
  countFromZero(telemetry, BEATS, RESULTS.map((result) => ({ result })));
  let last: (typeof RESULTS)[number] = "sent";
  while (!signal.aborted) {
    const state = options.state();
    if (state !== "idle") {
      const isSent = state === "fresh" &&
        (await sendRequest(request, options)).result === "delivered";
      const result = state === "stale" ? "withheld" : isSent ? "sent" : "failed";
      telemetry.count(BEATS, { result });
      if (result !== last) log.info("heartbeat is {result}, after it was {last}", { result, last });
      last = result;
    }
    await sleep(clock, everyMs, signal);
  }
}
