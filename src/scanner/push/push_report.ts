/** The reports of push sites: of a ping, and of one that did not come. */
import { formatDuration } from "../../config/schema/quantity.ts";
import type { Push, Site } from "../../config/site.ts";
import {
  ERROR_TEXT_LENGTH_MAX,
  NEXT_CHECK_MS_MAX,
  RESPONSE_TIME_MAX,
  SNIPPET_LENGTH_MAX,
  URL_LENGTH_MAX,
} from "../../report/bounds.ts";
import { BLANK_REPORT } from "../../report/fields.ts";
import type { SiteReport } from "../../report/report.ts";
import { escapeControls } from "../../runtime/escape_controls.ts";
import type { Redact } from "../../runtime/telemetry/redaction.ts";
import type { Engines } from "../expect/failed_expectation.ts";
import { assess, type Verdict } from "../expect/verdict.ts";
import type { Ping } from "./ping.ts";
import { dueOf, type PushState } from "./push_state.ts";

export type PushSite = Site & { readonly push: Push };

/** What reports of one thread have in common. */
export interface ReportContext extends Engines {
  /** {@linkcode siteBlank}, made once for each site. */
  readonly blankOf: (site: PushSite) => SiteReport;
}

/** What came with a ping. */
export interface PingContent {
  /** The beginning of its body. */
  readonly body: Uint8Array;
  readonly isTruncated: boolean;
  /** Of whoever sent it. */
  readonly address: string;
  readonly nowMs: number;
  /** From the start of the run to its end. */
  readonly durationMs: number | undefined;
}

/** The end of a run; `next` is the state after it. */
export function endReport(
  site: PushSite,
  ping: Ping,
  { content, next, context }: {
    readonly content: PingContent;
    readonly next: PushState;
    readonly context: ReportContext;
  },
): SiteReport {
  const { body, isTruncated, address, nowMs, durationMs } = content;
  const responseTimeMs = Math.round(Math.min(durationMs ?? 0, RESPONSE_TIME_MAX));
  const answer = {
    status: null,
    headers: new Map<string, string>(),
    body,
    isTruncated,
    responseTimeMs,
    certificate: { expiresAt: null, issuer: null, seenAt: null },
    isSecure: false,
  };
  const verdict = ping.kind === "fail" ? failure(ping, context) : assess(answer, site, context);
  const text = body.length > 0 ? new TextDecoder().decode(body) : ping.message ?? "";
  return {
    ...blankReport(site, { context, atMs: nowMs, untilMs: dueOf(next, site.push) }),
    ...verdict,
    response_time: responseTimeMs,
    // What was not measured must not count as a response of 0 ms.
    body_bytes: durationMs === undefined ? null : body.length,
    truncated: isTruncated,
    remote_address: address,
    snippet: text === "" ? null : inOneLine(text, context),
  };
}

/** Nothing came until `dueMs`; `deafUntilMs` if sitemon may only not have heard it. */
export function missedReport(
  site: PushSite,
  state: PushState,
  { dueMs, nowMs, deafUntilMs, next, context }: {
    readonly dueMs: number;
    readonly nowMs: number;
    readonly deafUntilMs: number | undefined;
    readonly next: PushState;
    readonly context: ReportContext;
  },
): SiteReport {
  const isDeaf = deafUntilMs !== undefined;
  const excuse = isDeaf ? `; sitemon did not listen before ${timeText(deafUntilMs)}` : "";
  const atMs = isDeaf ? nowMs : dueMs;
  return {
    ...blankReport(site, { context, atMs, untilMs: dueOf(next, site.push) }),
    outcome: isDeaf ? "inconclusive" : "down",
    reason: "missed",
    error_text: `${missedText(state, site.push)}${excuse}`,
  };
}

function missedText({ seen, runs: [run] }: PushState, { everyMs, graceMs }: Push): string {
  const grace = formatDuration(graceMs);
  if (run !== undefined) return `run began at ${timeText(run[1])} and did not end within ${grace}`;
  const since = seen === undefined ? "no ping yet" : `no ping since ${timeText(seen)}`;
  return `${since}, expected every ${formatDuration(everyMs)} with ${grace} of grace`;
}

function failure({ message }: Ping, { redact }: ReportContext): Verdict {
  const text = message === undefined ? "run failed" : `run failed: ${message}`;
  const error_text = escapeControls(redact(text), ERROR_TEXT_LENGTH_MAX);
  return { outcome: "down", reason: "failed", error_text, failures: [], pattern_match: null };
}

function blankReport(
  site: PushSite,
  { context, atMs, untilMs }: {
    readonly context: ReportContext;
    readonly atMs: number;
    readonly untilMs: number;
  },
): SiteReport {
  return {
    ...context.blankOf(site),
    checked_at: atMs * 1_000,
    next_check_ms: Math.min(Math.max(1, Math.round(untilMs - atMs)), NEXT_CHECK_MS_MAX),
  };
}

/** What every report of a site says, from a location. */
export function siteBlank(
  { url, name, pattern, labels }: PushSite,
  { location, redact }: { readonly location: string; readonly redact: Redact },
): SiteReport {
  const redacted = Object.entries(labels).map(([name, value]) => [name, redact(value)]);
  return {
    ...BLANK_REPORT,
    url: escapeControls(redact(url), URL_LENGTH_MAX),
    pattern: pattern === undefined ? null : redact(pattern),
    site: name,
    location,
    labels: Object.fromEntries(redacted),
  };
}

function inOneLine(text: string, { redact }: ReportContext): string {
  // More than the snippet shows, since white space goes.
  const beginning = text.slice(0, 16 * SNIPPET_LENGTH_MAX);
  return escapeControls(redact(beginning).replace(/\s+/g, " ").trim(), SNIPPET_LENGTH_MAX);
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
