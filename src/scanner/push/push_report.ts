/** What reports of push sites say: of a ping, and of one that did not come. */
import { formatDuration } from "../../config/schema/quantity.ts";
import type { Push, Site } from "../../config/site.ts";
import { RESPONSE_TIME_MAX, SNIPPET_LENGTH_MAX } from "../../report/bounds.ts";
import type { SiteReport } from "../../report/report.ts";
import type { Engines } from "../expect/failed_expectation.ts";
import { inOneLine } from "../expect/snippet.ts";
import { assess, failedVerdict } from "../expect/verdict.ts";
import type { Ping } from "./ping.ts";
import type { PushState } from "./push_state.ts";

export type PushSite = Site & { readonly push: Push };

/** What a report says beside its site and its time. */
export type Findings = Pick<SiteReport, "outcome" | "reason" | "error_text"> & Partial<SiteReport>;

/** What came with a ping. */
export interface PingContent {
  /** The beginning of its body. */
  readonly body: Uint8Array;
  readonly isTruncated: boolean;
  /** Of whoever sent it. */
  readonly address: string;
}

/** What no ping has. */
const NONE = {
  ...{ status: null, headers: new Map<string, string>(), isSecure: false },
  certificate: { expiresAt: null, issuer: null, seenAt: null },
};

/** The end of a run that took so long, if that is known. */
export function endReport(
  site: PushSite,
  { ping, body, isTruncated, address, durationMs }: PingContent & {
    readonly ping: Ping;
    readonly durationMs: number | undefined;
  },
  engines: Engines,
): Findings {
  const responseTimeMs = Math.round(Math.min(durationMs ?? 0, RESPONSE_TIME_MAX));
  const answer = { ...NONE, body, isTruncated, responseTimeMs };
  const message = ping.message === undefined ? "run failed" : `run failed: ${ping.message}`;
  const text = body.length > 0 ? new TextDecoder().decode(body) : ping.message ?? "";
  return {
    ...ping.kind === "fail"
      ? failedVerdict({ reason: "failed", message }, engines)
      : assess(answer, site, engines),
    response_time: responseTimeMs,
    // What was not measured must not count as a response of 0 ms.
    body_bytes: durationMs === undefined ? null : body.length,
    truncated: isTruncated,
    remote_address: address,
    snippet: text === "" ? null : inOneLine(text, engines.redact, SNIPPET_LENGTH_MAX),
  };
}

/** Nothing came in time; `deafUntilMs` if sitemon may only not have heard it. */
export function missedReport(
  { push }: PushSite,
  state: PushState,
  deafUntilMs: number | undefined,
): Findings {
  const text = missedText(state, push);
  if (deafUntilMs === undefined) return { outcome: "down", reason: "missed", error_text: text };
  const error_text = `${text}; sitemon did not listen before ${timeText(deafUntilMs)}`;
  return { outcome: "inconclusive", reason: "missed", error_text };
}

function missedText({ seen, runs: [run] }: PushState, { everyMs, graceMs }: Push): string {
  const grace = formatDuration(graceMs);
  if (run !== undefined) return `run began at ${timeText(run[1])} and did not end within ${grace}`;
  const since = seen === undefined ? "no ping yet" : `no ping since ${timeText(seen)}`;
  return `${since}, expected every ${formatDuration(everyMs)} with ${grace} of grace`;
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
