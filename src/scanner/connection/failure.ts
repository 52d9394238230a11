/**
 * Why a visit to a site failed: errors of names, connections and TLS as reasons, and in words that a
 * person can act on. What this table does not name is a fault of sitemon or of its host.
 */
import { INTERNAL_ERROR, type Reason } from "../../report/outcome.ts";
import { tlsProblem } from "../../runtime/tls/tls_problem.ts";
import { LookupHungError, NoTurnError } from "../reach/name_lookups.ts";

/** Thrown inside a check where a visit cannot go on. Its message is the report's `error_text`. */
export class VisitError extends Error {
  override readonly name = "VisitError";
  readonly reason: Reason;

  constructor(reason: Reason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** What went wrong, for a report. */
export interface FailureDetail {
  readonly reason: Reason;
  readonly detail: string;
}

/** The system's errors that say something about a site, by their codes. */
const OF_SITES = byCode([
  ["ENOTFOUND EAI_NODATA EAI_NONAME", "dns", "no such host"],
  ["EAI_AGAIN", "dns", "name lookup failed (EAI_AGAIN)"],
  ["EAI_FAIL", "dns", "name lookup failed (EAI_FAIL)"],
  ["ECONNREFUSED", "connect_refused", "connection refused"],
  ["EHOSTUNREACH EHOSTDOWN", "connect_refused", "no route to the host"],
  ["ENETUNREACH", "connect_refused", "no route to the host's network"],
  ["ETIMEDOUT", "connect_timeout", "no answer from the host"],
  ["ECONNRESET ECONNABORTED EPIPE ENOTCONN", "reset", "connection reset"],
  ["ERR_IP_BLOCKED", "blocked_by_policy", "address_policy denies each address of the name"],
  // Those of Deno's that come without a code.
  ["ConnectionReset UnexpectedEof", "reset", "connection reset"],
]);

/** Of a host that cannot go on: common ones, in words that say what to do. */
const OF_THIS_HOST = byCode([
  [
    "EMFILE ENFILE",
    "internal",
    "sitemon has too many open files; raise their limit (ulimit -n, LimitNOFILE), " +
    "or lower scanner.concurrency",
  ],
  ["EADDRNOTAVAIL", "internal", "this host has no free local address or port for a connection"],
  ["ENOBUFS ENOMEM EAI_MEMORY", "internal", "this host has no memory left for a connection"],
  ["EACCES EPERM", "internal", "this host forbids the connection; check its firewall"],
  ["EAFNOSUPPORT ENETDOWN", "internal", "this host's network is down, or lacks the IP version"],
  ["NotCapable", "internal", "sitemon lacks the permission to connect"],
]);

function byCode(rows: readonly [codes: string, ...FailureRow][]) {
  return new Map(
    rows.flatMap(([codes, reason, detail]) =>
      codes.split(" ").map((code): [string, FailureDetail] => [code, { reason, detail }])
    ),
  );
}
type FailureRow = [reason: Reason, detail: string];

const NO_DESCRIPTOR_LEFT = OF_THIS_HOST.get("EMFILE")!;

/** What an error means for the site of a visit. */
export function failureOf(error: unknown): FailureDetail {
  if (error instanceof VisitError) return { reason: error.reason, detail: error.message };
  if (error instanceof NoTurnError) return { reason: "internal", detail: error.message };
  if (error instanceof LookupHungError) return { reason: "dns", detail: error.message };
  if (error instanceof AggregateError) return failureOfAll(error.errors);
  const code = codeOf(error);
  const found = OF_SITES.get(code) ?? OF_THIS_HOST.get(code);
  if (found?.reason === "dns" || FAILED_LOOKUP.test(messageOf(error))) {
    return hasNoDescriptorLeft() ? NO_DESCRIPTOR_LEFT : found ?? OF_SITES.get("ENOTFOUND")!;
  }
  if (found !== undefined) return found;
  const tls = tlsProblem(error);
  if (tls !== undefined) return { reason: `tls_${tls.kind}`, detail: tls.detail };
  return { reason: "internal", detail: INTERNAL_ERROR };
}

/** What ended a connection that stood: whatever ends it early resets it. */
export function brokenOff(error: unknown): FailureDetail {
  const { reason, detail } = failureOf(error);
  const isRefused = reason === "connect_refused" || reason === "connect_timeout";
  return { reason: isRefused ? "reset" : reason, detail };
}

/** Deno looks a name up itself when it connects. */
const FAILED_LOOKUP = /failed to lookup address information/;

/** Of several addresses that were tried: the last one decides, unless it was this host's fault. */
function failureOfAll(errors: readonly unknown[]): FailureDetail {
  const tried = errors.filter((error) => codeOf(error) !== NOT_TRIED);
  const failures = (tried.length > 0 ? tried : errors).map(failureOf);
  const own = failures.find(({ reason }) => reason === "internal");
  return own ?? failures.at(-1) ?? { reason: "internal", detail: INTERNAL_ERROR };
}

/** Of an address that may not be tried; if there is no other, it was none when the name was asked. */
const NOT_TRIED = "ERR_IP_BLOCKED";

/**
 * True when this process cannot open another file or socket: the C library then says of any name
 * that it does not exist, and Linux's memory figures, which are read from a file, come out as 0.
 */
function hasNoDescriptorLeft(): boolean {
  return Deno.build.os === "linux" && Deno.memoryUsage().rss === 0;
}

function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  return String(code ?? name ?? "");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
