/** Sends the requests of a format: which answers are final, which are worth another try, and when. */
import type { Socket } from "node:net";
import type { SiteTls } from "../../config/site.ts";
import { escapeControls } from "../../runtime/escape_controls.ts";
import { Deadline } from "../../runtime/deadline.ts";
import type { Redact } from "../../runtime/telemetry/redaction.ts";
import { tlsProblem } from "../../runtime/tls/tls_problem.ts";
import type { Delivery } from "../../status/alert_store.ts";
import type { ChannelContext, Sending, Sent } from "../channel.ts";
import { type Answer, type ChannelRequest, exchange } from "../http_exchange.ts";
import { messageText } from "../message_text.ts";
import { connectTo } from "../receiver_socket.ts";
import type { FormatContext } from "./channel_format.ts";

/** Of one request, from its connection to its response. */
export const REQUEST_MS_MAX = 10_000;
/** A receiver that asks for a longer pause gets this one. */
export const RETRY_AFTER_MS_MAX = 3_600_000;
/** Of an answer, in an error. */
const EXCERPT_LENGTH_MAX = 200;
/** Statuses below 500 that another try may change: of a timeout, of a lock, of a limit. */
const TEMPORARY: ReadonlySet<number> = new Set([408, 423, 425, 429]);

/** Mozilla's authorities, and nothing of one's own. */
const VERIFIED: SiteTls = { insecure: false };

/** The requests that tell it of a delivery. */
export type Receiver = (delivery: Delivery, context: FormatContext) => readonly ChannelRequest[];

export interface HttpOptions extends Pick<ChannelContext, "denies" | "redact" | "clock"> {
  readonly name: string;
  /** One for each receiver of the same, of which one is enough, as of a cluster. */
  readonly receivers: readonly Receiver[];
}

export function httpSending({ name, receivers, ...options }: HttpOptions): Sending {
  // Requests of a delivery that each receiver has accepted: another attempt goes on behind them.
  let progress: { readonly id: string; readonly accepted: number[] } | undefined;
  return async (delivery, { signal }, told) => {
    const context = { name, ...told, text: messageText(delivery, told) };
    // One that has lost messages, which have expired, has other requests.
    const id = `${delivery.id} ${delivery.messages.length}`;
    if (progress?.id !== id) progress = { id, accepted: receivers.map(() => 0) };
    const { accepted } = progress;
    const all = await Promise.all(receivers.map(async (requestsOf, receiver) => {
      const requests = requestsOf(delivery, context).slice(accepted[receiver]);
      const { last, count } = await sendInTurn(requests, { ...options, signal });
      accepted[receiver]! += count;
      const isMaybeTold = last.isMaybeTold || accepted[receiver]! > 0;
      // There was no time for all of them.
      return { ...last, isMaybeTold, ...(signal.aborted && count > 0 ? { retryAfterMs: 0 } : {}) };
    }));
    const best = ["delivered", "failed", "refused"].flatMap((result) =>
      all.find((sent) => sent.result === result) ?? []
    )[0]!;
    return {
      ...best,
      isMaybeTold: all.some(({ isMaybeTold }) => isMaybeTold),
      answer: all.map(({ answer }) => answer).join("\n"),
    };
  };
}

export interface SendOptions extends Pick<ChannelContext, "denies" | "redact" | "clock"> {
  readonly signal: AbortSignal;
}

/** Until one is not accepted: what came of the last, and how many were. */
async function sendInTurn(requests: readonly ChannelRequest[], options: SendOptions) {
  let last: Sent = { result: "delivered", isMaybeTold: false, error: null, answer: "" };
  for (const [count, request] of requests.entries()) {
    last = await sendRequest(request, options);
    if (last.result !== "delivered") return { last, count };
  }
  return { last, count: requests.length };
}

/** Sends one request on a connection of its own, and judges the response. Never rejects. */
export async function sendRequest(
  request: ChannelRequest,
  { clock, denies, redact, signal }: SendOptions,
): Promise<Sent> {
  const url = new URL(request.url);
  const isSecure = url.protocol === "https:";
  const endpoint = {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || (isSecure ? 443 : 80)),
  };
  using deadline = new Deadline(clock, REQUEST_MS_MAX, signal);
  const options = { signal: deadline.signal, denies };
  let socket: Socket | undefined;
  let answer: Answer;
  try {
    const secured = isSecure ? { tls: request.tls ?? VERIFIED } : {};
    socket = await connectTo(endpoint, { ...options, ...secured });
    answer = await exchange(url, request, { ...options, socket });
  } catch (error) {
    const detail = deadline.isExpired
      ? `no response within ${REQUEST_MS_MAX / 1_000} s`
      : signal.aborted
      ? "sending was stopped"
      : problemOf(error);
    const text = redact(`no response from ${url.host}: ${detail}`);
    const result = needsSomebody(error) ? "refused" : "failed";
    return { result, isMaybeTold: socket !== undefined, error: text, answer: text };
  } finally {
    socket?.destroy();
  }
  return judged(answer, url.host, { redact, nowMs: clock.nowMicros() / 1_000 });
}

/** What a response means for the delivery. */
function judged(
  answer: Answer,
  host: string,
  { redact, nowMs }: { readonly redact: Redact; readonly nowMs: number },
): Sent {
  const { status, headers, body } = answer;
  const excerpt = escapeControls(redact(body.trim()), EXCERPT_LENGTH_MAX);
  const text = `HTTP ${status} from ${host}${excerpt === "" ? "" : `: ${excerpt}`}`;
  if (status >= 200 && status < 300) {
    return { result: "delivered", isMaybeTold: true, error: null, answer: text };
  }
  const isTemporary = status >= 500 || TEMPORARY.has(status);
  const retryAfterMs = retryAfterOf(headers["retry-after"], body, nowMs);
  return {
    result: isTemporary ? "failed" : "refused",
    // It answered: whoever says 5xx may have done half of it.
    isMaybeTold: status >= 500,
    error: status >= 300 && status < 400
      ? `HTTP ${status} from ${host}: redirects are not followed; configure the url that it leads to`
      : text,
    answer: text,
    ...(isTemporary && retryAfterMs !== undefined ? { retryAfterMs } : {}),
  };
}

/**
 * The pause that a receiver asks for: seconds or a date (RFC 9110, section 10.2.3), or what Telegram
 * and Discord say in the body.
 */
function retryAfterOf(header: string | undefined, body: string, nowMs: number): number | undefined {
  const [, inBody] = /"retry_after"\s*:\s*(\d+(?:\.\d+)?)/.exec(body) ?? [];
  const text = header ?? inBody;
  if (text === undefined) return undefined;
  const ms = /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), RETRY_AFTER_MS_MAX);
}

/** A denied address and a certificate that is not trusted stay so until somebody changes something. */
export function needsSomebody(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === "ERR_IP_BLOCKED" || tlsProblem(error) !== undefined;
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOTFOUND: "no such host",
  EAI_AGAIN: "name lookup failed",
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection closed",
  ECONNECTION: "connection closed",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the host's network",
  ETIMEDOUT: "no answer from the host",
  ERR_IP_BLOCKED: "address_policy denies its address; add it to address_policy.allow",
  ConnectionReset: "connection closed",
};

/** In words without the url, which errors of libraries repeat. */
export function problemOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  const causes = error instanceof AggregateError ? error.errors : [];
  return PROBLEMS[String(code)] ?? PROBLEMS[String(name)] ?? tlsProblem(error)?.detail ??
    (causes.length > 0 ? problemOf(causes.at(-1)) : `connection failed (${code ?? name})`);
}
