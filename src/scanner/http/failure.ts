/**
 * Why a visit to a site failed: errors of names, connections and TLS as reasons, and in words that a
 * person can act on.
 */
import type { Reason } from "../../report/outcome.ts";
import { LookupHungError } from "../reach/name_lookups.ts";

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

/** Why a name has no addresses. */
export function lookupFailure(error: unknown): FailureDetail {
  if (error instanceof LookupHungError) return { reason: "dns", detail: error.message };
  const code = codeOf(error);
  if (code === "ENOTFOUND") return { reason: "dns", detail: "no such host" };
  return { reason: "dns", detail: `name lookup failed (${code || messageOf(error)})` };
}

/** Why a connection failed, or broke. */
export function connectionFailure(error: unknown): FailureDetail {
  const code = codeOf(error);
  if (error instanceof Deno.errors.ConnectionRefused || code === "ECONNREFUSED") {
    return { reason: "connect_refused", detail: "connection refused" };
  }
  if (isReset(error, code)) return { reason: "reset", detail: "connection reset" };
  if (error instanceof Deno.errors.NotCapable || code === "EPERM") {
    return { reason: "blocked_by_policy", detail: "sitemon lacks the permission to connect" };
  }
  if (code === "ETIMEDOUT" || error instanceof Deno.errors.TimedOut) {
    return { reason: "connect_timeout", detail: "no answer from the host" };
  }
  // With TLS 1.3 a server judges a client's certificate after the handshake.
  if (ALERT.test(messageOf(error))) return tlsFailure(error);
  // No route, no address of this family and the like: nothing listens there for this machine.
  return { reason: "connect_refused", detail: messageOf(error) };
}

/** How a peer says that it will not go on with TLS (RFC 8446, section 6.2). */
const ALERT = /received fatal alert: (\w+)/;

/** The texts of rustls and of node:tls, in the order in which they are looked for. */
const TLS_FAILURES: readonly [text: RegExp, reason: Reason, detail: string][] = [
  [/certificate (has )?expired|CERT_HAS_EXPIRED/i, "tls_expired", "certificate expired"],
  [/not valid yet|NotValidYet|CERT_NOT_YET_VALID/i, "tls_expired", "certificate is not valid yet"],
  [
    /not valid for (any )?name|NotValidForName|altname/i,
    "tls_name",
    "certificate is for another host name",
  ],
  [
    /UnknownIssuer|SELF_SIGNED|self.signed|UNABLE_TO_|CaUsedAsEndEntity/i,
    "tls_untrusted",
    "certificate authority is not trusted",
  ],
  [/InvalidContentType|WRONG_VERSION_NUMBER/i, "tls_other", "port does not speak TLS"],
];

/** Why the TLS handshake failed. */
export function tlsFailure(error: unknown): FailureDetail {
  const text = `${codeOf(error)} ${messageOf(error)}`;
  const [, alert] = ALERT.exec(text) ?? [];
  if (alert !== undefined) return { reason: "tls_other", detail: alertDetail(alert) };
  for (const [pattern, reason, detail] of TLS_FAILURES) {
    if (pattern.test(text)) return { reason, detail };
  }
  if (isReset(error, codeOf(error)) || error instanceof Deno.errors.UnexpectedEof) {
    return { reason: "reset", detail: "connection closed during the TLS handshake" };
  }
  return { reason: "tls_other", detail: `TLS failed: ${messageOf(error)}` };
}

function alertDetail(alert: string): string {
  if (alert === "CertificateRequired") return "server requires a client certificate";
  const isAboutCertificate = /Certificate|UnknownCA|AccessDenied/i.test(alert);
  const rejected = isAboutCertificate ? "the client certificate" : "the TLS handshake";
  return `server rejected ${rejected} (${alert})`;
}

function isReset(error: unknown, code: string): boolean {
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted || error instanceof Deno.errors.BrokenPipe ||
    ["ECONNRESET", "EPIPE", "ECONNABORTED"].includes(code);
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? "");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
