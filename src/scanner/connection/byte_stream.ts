/** The byte stream port: a connection as the exchange sees it. */

import type { DetailedPeerCertificate } from "node:tls";

/** Bytes both ways. Closing it makes pending calls reject; repeating that is harmless. */
export interface ByteStream {
  /** Reads into the buffer; `null` at the end. Never called while another read is pending. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes all of the bytes. */
  write(bytes: Uint8Array): Promise<void>;
  close(): void;
}

/** A connection before TLS. */
export interface TcpStream extends ByteStream {
  /** The address at its other end. */
  readonly remoteAddress: string;
  /** Makes a TLS connection of it; it must not be used or closed afterwards. */
  secure(options: SecureOptions, signal: AbortSignal): Promise<TlsStream>;
}

/** What a report says about a certificate. */
export interface Certificate {
  /** Microseconds since 1970; `null` when it could not be read. */
  readonly expiresAt: number | null;
  readonly issuer: string | null;
  /** Microseconds since 1970; `null` when none was seen. */
  readonly seenAt: number | null;
}

export interface TlsStream extends ByteStream {
  /** What the peer showed, its own first, where the transport can tell. */
  readonly chain?: readonly DetailedPeerCertificate[];
  /** Such as `TLSv1.3`, where the transport can tell. */
  readonly version?: string;
}

export interface SecureOptions {
  /** Name to ask for and to verify. */
  readonly serverName: string;
  /** PEM texts. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly insecure: boolean;
}

/** Where to connect to. */
export interface Endpoint {
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly ipVersion?: 4 | 6 | undefined;
}
