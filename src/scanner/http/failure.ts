/** Errors of names, connections and TLS, told as reasons and in words a person can act on. */
import type { Reason } from "../../report/outcome.ts";
import { LookupHungError } from "../reach/name_lookups.ts";

/** What went wrong, for a report. */
export interface Failure {
  readonly reason: Reason;
  readonly detail: string;
}

/** Why a name has no addresses. */
export function lookupFailure(error: unknown): Failure {
  if (error instanceof LookupHungError) return { reason: "dns", detail: error.message };
  const code = codeOf(error);
  const detail = code === "ENOTFOUND"
    ? "the name does not exist"
    : `the name cannot be looked up (${code || messageOf(error)})`;
  return { reason: "dns", detail };
}

/** Why a connection could not be opened, or broke. */
export function connectionFailure(error: unknown): Failure {
  const code = codeOf(error);
  if (error instanceof Deno.errors.ConnectionRefused || code === "ECONNREFUSED") {
    return { reason: "connect_refused", detail: "connection refused" };
  }
  if (isReset(error, code)) return { reason: "reset", detail: "the connection was reset" };
  if (error instanceof Deno.errors.NotCapable || code === "EPERM") {
    return { reason: "blocked_by_policy", detail: "sitemon was started without the permission" };
  }
  if (code === "ETIMEDOUT" || error instanceof Deno.errors.TimedOut) {
    return { reason: "connect_timeout", detail: "no answer to the connection" };
  }
  // With TLS 1.3 a server judges a client's certificate after the handshake.
  if (ALERT.test(messageOf(error))) return tlsFailure(error);
  // No route, no address of this family and the like: nothing listens there for this machine.
  return { reason: "connect_refused", detail: messageOf(error) };
}

/** How a peer says that it will not go on with TLS (RFC 8446, section 6.2). */
const ALERT = /received fatal alert: (\w+)/;

/** The texts of rustls and of node:tls, in the order in which they are looked for. */
const TLS_FAILURES: [text: RegExp, failure: Failure][] = [
  [/certificate expired|CERT_HAS_EXPIRED|certificate has expired/i, {
    reason: "tls_expired",
    detail: "the certificate has expired",
  }],
  [/not valid yet|NotValidYet|CERT_NOT_YET_VALID/i, {
    reason: "tls_expired",
    detail: "the certificate is not valid yet",
  }],
  [/not valid for (any )?name|NotValidForName|ERR_TLS_CERT_ALTNAME_INVALID|altnames/i, {
    reason: "tls_name",
    detail: "the certificate is for another name",
  }],
  [/UnknownIssuer|SELF_SIGNED|self.signed|UNABLE_TO_|CaUsedAsEndEntity/i, {
    reason: "tls_untrusted",
    detail: "the certificate is of an authority that is not trusted",
  }],
  [/InvalidContentType|WRONG_VERSION_NUMBER/i, {
    reason: "tls_other",
    detail: "the server does not speak TLS on this port",
  }],
];

/** Why TLS did not come about. */
export function tlsFailure(error: unknown): Failure {
  const text = `${codeOf(error)} ${messageOf(error)}`;
  const [, alert] = ALERT.exec(text) ?? [];
  if (alert !== undefined) return { reason: "tls_other", detail: alertDetail(alert) };
  for (const [pattern, failure] of TLS_FAILURES) if (pattern.test(text)) return failure;
  if (isReset(error, codeOf(error)) || error instanceof Deno.errors.UnexpectedEof) {
    return { reason: "reset", detail: "the connection was closed during the TLS handshake" };
  }
  return { reason: "tls_other", detail: `TLS failed: ${messageOf(error)}` };
}

function alertDetail(alert: string): string {
  if (alert === "CertificateRequired") return "the server wants a client certificate";
  const isAboutCertificate = /Certificate|UnknownCA|AccessDenied/i.test(alert);
  return `the server refuses ${isAboutCertificate ? "the client certificate" : "TLS"} (${alert})`;
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
