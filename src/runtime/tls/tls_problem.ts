/** What an error of TLS means, in the field's words: Deno hands on Rust's, node:tls OpenSSL's. */

/** Whose certificate or handshake failed, and how. */
export interface TlsProblem {
  readonly kind: "expired" | "name" | "untrusted" | "other";
  /** A fact, for a sentence that says where. */
  readonly detail: string;
}

/** How a peer says that it will not go on with TLS (RFC 8446, section 6.2). */
const ALERT = /received fatal alert: (\w+)/;

const NOTHING_IN_COMMON =
  "server speaks no TLS that sitemon does: TLS 1.3, or TLS 1.2 with ECDHE " +
  "and AES-GCM or ChaCha20 (neither RSA key exchange nor CBC)";

/** Texts of rustls, of its webpki and of node:tls, in the order in which they are looked for. */
const PROBLEMS: readonly [text: RegExp, kind: TlsProblem["kind"], detail: string][] = [
  [/certificate (has )?expired|CERT_HAS_EXPIRED/i, "expired", "certificate expired"],
  [/not valid yet|NotValidYet|CERT_NOT_YET_VALID/i, "expired", "certificate is not valid yet"],
  [
    /not valid for (any )?name|NotValidForName|altname/i,
    "name",
    "certificate is for another host name",
  ],
  [/Invalid hostname/, "name", "host name cannot be verified by TLS"],
  [
    /UnsupportedCertVersion|X\.509 version 1/,
    "other",
    "certificate is X.509 version 1, which TLS clients no longer take",
  ],
  [/CaUsedAsEndEntity/, "untrusted", "certificate is an authority's own, and not in tls.ca"],
  [/DEPTH_ZERO_SELF_SIGNED/, "untrusted", "certificate is self-signed, and not in tls.ca"],
  // Deno's node:tls says so of either (2.9.6).
  [
    /UNABLE_TO_VERIFY_LEAF_SIGNATURE/,
    "untrusted",
    "certificate authority is not trusted, or the certificate has expired",
  ],
  [/SELF_SIGNED|UNABLE_TO_/, "untrusted", "certificate authority is not trusted"],
  [/UnknownIssuer/, "untrusted", "certificate authority is not trusted"],
  [/Revoked|CERT_REVOKED/, "untrusted", "certificate was revoked"],
  [/BadSignature|invalid signature/, "untrusted", "certificate has an invalid signature"],
  [/InvalidPurpose|INVALID_PURPOSE|RequiredEku/, "other", "certificate is not for a server"],
  [/UnsupportedSignature/, "other", "certificate has a signature of an unsupported algorithm"],
  [/invalid peer certificate/, "other", "certificate is malformed"],
  [/InvalidContentType|WRONG_VERSION_NUMBER/i, "other", "port does not speak TLS"],
  [/peer is incompatible/, "other", NOTHING_IN_COMMON],
  [
    /peer misbehaved|received (unexpected|corrupt)|cannot decrypt peer|peer sent/,
    "other",
    "server does not follow the TLS protocol",
  ],
];

const MAYBE = `it requires a client certificate, or the ${NOTHING_IN_COMMON}`;

/** What an alert of the server means, where its name alone does not say it. */
const ALERTS: ReadonlyMap<string, string> = new Map([
  ["certificate_required", "server requires a client certificate"],
  ["handshake_failure", `server rejected the TLS handshake (handshake_failure): ${MAYBE}`],
  ["protocol_version", NOTHING_IN_COMMON],
  ["insufficient_security", NOTHING_IN_COMMON],
  ["unrecognized_name", "server does not know this host name"],
]);

interface TlsError {
  readonly code?: unknown;
  readonly message?: string;
}

/** The meaning of an error of TLS; `undefined` when it is none. */
export function tlsProblem(error: unknown): TlsProblem | undefined {
  const { code = "", message = String(error) } = (error ?? {}) as TlsError;
  const text = `${code} ${message}`;
  const [, alert] = ALERT.exec(text) ?? [];
  if (alert !== undefined) return { kind: "other", detail: alertDetail(alert) };
  const found = PROBLEMS.find(([pattern]) => pattern.test(text));
  return found && { kind: found[1], detail: found[2] };
}

function alertDetail(name: string): string {
  // As RFC 8446 writes it, and not Rust.
  const alert = name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase();
  const isAboutCertificate = /certificate|unknown_ca|access_denied/.test(alert);
  const rejected = isAboutCertificate ? "the client certificate" : "the TLS handshake";
  return ALERTS.get(alert) ?? `server rejected ${rejected} (${alert})`;
}
