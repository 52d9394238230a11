/** How the connection of a visit is opened: plain data but for what is spoken before TLS. */
import type { SiteTls } from "../../config/site.ts";
import type { ByteStream, Endpoint } from "./byte_stream.ts";

export interface Route {
  readonly url: URL;
  /** True to speak TLS. */
  readonly isSecure: boolean;
  /** `host:port` of the url. */
  readonly endpoint: string;
  /** Where TCP goes: the site or its proxy. */
  readonly tcp: Endpoint;
  /** The same as Deno's permissions name it. */
  readonly permission: string;
  /** For name, TCP, proxy and TLS together. */
  readonly connectTimeoutMs: number;
  readonly tls: SiteTls;
  /** The proxy that takes plain requests with the whole url in them. */
  readonly proxy?: URL;
  /** True to read certificate and version in the handshake itself, which takes 5 ms of CPU. */
  readonly readsCertificate?: true;
  /** What is spoken in plain text before TLS. */
  readonly preamble?: Preamble;
  /** Opens what is spoken over in place of TCP and TLS; it sends to none but these addresses. */
  readonly open?: (addresses: readonly string[]) => ByteStream;
}

/** Leads to where TLS begins, such as a proxy's tunnel. */
export interface Preamble {
  /** What is being waited for meanwhile, in messages. */
  readonly name: string;
  /** Rejects with {@linkcode VisitError} when the other side refuses; never reads beyond its end. */
  speak(stream: ByteStream): Promise<void>;
}
