/** What a server's certificates say about themselves, its own first and each followed by its issuer's. */
import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import tls, { type DetailedPeerCertificate } from "node:tls";
import { isDeepStrictEqual } from "node:util";
import { certificateTimeMs } from "../certificate_time.ts";
import { memoize } from "../memoize.ts";
import type { TlsProblem } from "./tls_problem.ts";

/** A longer chain is cut: no authority has one. */
const CHAIN_LENGTH_MAX = 10;

type PeerCertificate = Partial<DetailedPeerCertificate>;

/** The chain that hangs on the certificate of `getPeerCertificate(true)`; empty when there is none. */
export function chainOf(own: PeerCertificate | null): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  let next = own as DetailedPeerCertificate | null | undefined;
  while (next?.raw && chain.length < CHAIN_LENGTH_MAX) {
    const raw = Buffer.from(next.raw);
    // An authority's own certificate is its own issuer's.
    if (chain.at(-1)?.raw.equals(raw)) break;
    chain.push({ ...next, raw });
    next = next.issuerCertificate;
  }
  return chain;
}

/** Why a chain is not trusted, of what can be seen of it; `undefined` when nothing can. */
export function chainProblem(
  chain: readonly DetailedPeerCertificate[],
  { nowMs, ca }: { readonly nowMs: number; readonly ca: string | undefined },
): TlsProblem | undefined {
  const [own, ...others] = chain;
  if (own === undefined) return undefined;
  const trust = readTrust(ca ?? "");
  const old = oldIn(chain, trust);
  if (old !== undefined) return { kind: "other", detail: `${nameOf(old, own)} ${IS_VERSION_1}` };
  for (const certificate of chain) {
    const name = nameOf(certificate, own);
    const until = certificateTimeMs(certificate.valid_to) ?? Infinity;
    if (until < nowMs) return { kind: "expired", detail: `${name} expired on ${dateOf(until)}` };
    const from = certificateTimeMs(certificate.valid_from) ?? -Infinity;
    if (from > nowMs) return { kind: "expired", detail: `${name} is valid from ${dateOf(from)}` };
  }
  if (includes(trust, own)) {
    return { kind: "name", detail: "certificate names no host: it has no subjectAltName" };
  }
  return { kind: "untrusted", detail: untrusted(own, others) };
}

function untrusted(own: DetailedPeerCertificate, others: readonly PeerCertificate[]): string {
  if (isDeepStrictEqual(own.subject, own.issuer)) {
    return "certificate is self-signed; to trust it, name it in tls.ca";
  }
  if (own.ca) return "certificate is an authority's, not a server's (CA:TRUE)";
  const issuer = commonNameOf((others.at(-1) ?? own).issuer);
  const fact = `certificate authority "${issuer}" is not trusted`;
  if (others.length > 0) return fact;
  return `${fact}, and the server sends no intermediate certificate`;
}

function nameOf(certificate: PeerCertificate, own: PeerCertificate): string {
  if (certificate === own) return "certificate";
  return `intermediate certificate "${commonNameOf(certificate.subject)}"`;
}

function commonNameOf(name: PeerCertificate["subject"]): string {
  return String(name?.CN ?? name?.O ?? "");
}

/** `2026-11-23`, in UTC. */
function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

const IS_VERSION_1 = "is X.509 version 1, which TLS clients no longer take";

/** A certificate of version 1 in a chain; an authority that is trusted as it is may be one. */
function oldIn(chain: readonly DetailedPeerCertificate[], trust: Trust) {
  return chain.find((certificate) => isVersion1(certificate.raw) && !includes(trust, certificate));
}

function includes({ certificates }: Trust, { raw }: DetailedPeerCertificate): boolean {
  return certificates.some((trusted) => trusted.raw.equals(raw));
}

/** True for a certificate without a version: it is the first thing in one, and 1 is left out. */
function isVersion1(der: Uint8Array): boolean {
  // @see https://www.rfc-editor.org/rfc/rfc5280#section-4.1: SEQUENCE { SEQUENCE { [0] version …
  return der[contentAt(der, contentAt(der, 0))] !== 0xa0;
}

/** Where the content of a DER element begins: after its tag and its length. */
function contentAt(der: Uint8Array, at: number): number {
  const length = der[at + 1]!;
  return at + 2 + (length > 0x80 ? length & 0x7f : 0);
}

/** The certificates of a PEM text that a connection trusts. */
export interface Trust {
  readonly certificates: readonly X509Certificate[];
  /** True when a server may show one of them as its own, as self-signed ones are made for. */
  readonly isOfServer: boolean;
}

export const readTrust: (pem: string) => Trust = memoize((pem) => {
  const texts = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const certificates = texts.map((text) => new X509Certificate(text));
  const isOfServer = certificates.some(({ ca, subjectAltName }) => ca && subjectAltName);
  return { certificates, isOfServer };
});

/**
 * For `tls.connect`: what Deno's verification leaves out. With `ca`, it takes a certificate of
 * version 1, or one that it cannot parse, for signed if only the names fit, and asks for no proof of
 * its key (2.9.6): anyone could make one.
 */
export function checkServer(
  ca: string | undefined,
  checkName: typeof tls.checkServerIdentity = tls.checkServerIdentity,
): typeof tls.checkServerIdentity {
  return (host, own) => {
    try {
      const trust = readTrust(ca ?? "");
      const chain = chainOf(own as DetailedPeerCertificate);
      const old = oldIn(chain, trust);
      if (old !== undefined) return new Error(`${nameOf(old, chain[0]!)} ${IS_VERSION_1}`);
      if (ca !== undefined && !isSigned(chain, trust)) return new Error(BAD_SIGNATURE);
      return checkName(host, own);
    } catch (cause) {
      // Thrown here, it would be an uncaught error.
      return new Error(BAD_SIGNATURE, { cause });
    }
  };
}

const BAD_SIGNATURE = "certificate has an invalid signature";

/** Whether the chain leads to a trusted certificate, by its signatures. */
function isSigned(
  chain: readonly DetailedPeerCertificate[],
  { certificates }: Trust,
): boolean {
  const shown = chain.map(({ raw }) => new X509Certificate(raw));
  const isTrusted = (one: X509Certificate) =>
    certificates.some((trusted) => trusted.raw.equals(one.raw) || one.verify(trusted.publicKey));
  const last = shown.findIndex(isTrusted);
  return last >= 0 && shown.slice(0, last).every((one, at) => {
    const issuer = shown[at + 1]!;
    return issuer.ca && one.verify(issuer.publicKey);
  });
}
