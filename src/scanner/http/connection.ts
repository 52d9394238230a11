/**
 * Opens the connection of a visit: name, TCP, proxy, TLS, each phase timed, and the address policy
 * asked before a byte is sent.
 */
import type { SiteTls } from "../../config/site.ts";
import type {
  ByteStream,
  ConnectTcp,
  Endpoint,
  SecureOptions,
  TcpStream,
  TlsStream,
} from "./byte_stream.ts";
import type { Certificate } from "./certificate_cache.ts";
import type { CheckContext } from "../check_context.ts";
import { Deadline, onAbort } from "../../runtime/deadline.ts";
import { connectByDeno } from "./deno_stream.ts";
import { connectionFailure, type Failure, lookupFailure, tlsFailure } from "./failure.ts";
import { connectByNode } from "./node_stream.ts";
import { hostOf, notNamed, portOf } from "../reach/permitted_hosts.ts";
import { openTunnel } from "./proxy.ts";
import type { Stopwatch } from "./stopwatch.ts";
import { VisitError } from "./visit_error.ts";

/** How a visit connects. */
export interface Route {
  readonly url: URL;
  /** For name, TCP, proxy and TLS together. */
  readonly connectTimeoutMs: number;
  readonly tls: SiteTls;
  readonly ipVersion?: 4 | 6;
  readonly proxy?: URL;
}

/** What is known of a connection, filled in as it comes about: also a failed one has had phases. */
export interface ConnectionRecord {
  readonly stopwatch: Stopwatch;
  remoteAddress: string | null;
  certificate: Certificate | undefined;
}

/**
 * Opens a connection that HTTP can be spoken on. Rejects with {@linkcode VisitError}, within the
 * connect timeout or when the signal aborts, and leaves nothing open then.
 */
export async function openConnection(
  route: Route,
  context: CheckContext,
  { record, signal }: { record: ConnectionRecord; signal: AbortSignal },
): Promise<ByteStream> {
  using deadline = new Deadline(context.timers, route.connectTimeoutMs, signal);
  const opening = new Opening(route, context, record, deadline.signal);
  try {
    return await opening.open();
  } catch (error) {
    throw opening.failed(error);
  }
}

/** One connection that is coming about. */
class Opening {
  readonly #route: Route;
  readonly #context: CheckContext;
  readonly #record: ConnectionRecord;
  readonly #signal: AbortSignal;
  /** Where TCP goes: the site or its proxy. */
  readonly #endpoint: Endpoint;
  #phase: "dns" | "connect" | "proxy" | "tls" = "dns";

  constructor(route: Route, context: CheckContext, record: ConnectionRecord, signal: AbortSignal) {
    this.#route = route;
    this.#context = context;
    this.#record = record;
    this.#signal = signal;
    const url = route.proxy ?? route.url;
    const { ipVersion } = route;
    const family = ipVersion === undefined ? {} : { ipVersion };
    this.#endpoint = { host: hostOf(url), port: portOf(url), ...family };
  }

  async open(): Promise<ByteStream> {
    this.#requirePermission();
    await this.#lookUp();
    const tcp = await this.#connect();
    try {
      this.#requireAllowed(tcp.remoteAddress);
      if (this.#route.url.protocol !== "https:") return tcp;
      using _ = onAbort(this.#signal, () => tcp.close());
      await this.#tunnel(tcp);
      return await this.#secure(tcp);
    } catch (error) {
      tcp.close();
      throw error;
    }
  }

  /** The report's words for whatever `open()` threw. */
  failed(error: unknown): VisitError {
    const { reason, detail } = error instanceof VisitError
      ? { reason: error.reason, detail: error.message }
      : this.#failureOf(error);
    const { proxy, url } = this.#route;
    const target = `Cannot connect to ${url.hostname}:${portOf(url)}`;
    if (proxy === undefined) {
      return new VisitError(reason, `${target}: ${detail}`, { cause: error });
    }
    const isSites = this.#phase === "tls" || reason === "blocked_by_policy";
    const through = `${target} through the proxy ${proxy.hostname}:${portOf(proxy)}: ${detail}`;
    return new VisitError(isSites ? reason : "proxy", through, { cause: error });
  }

  #failureOf(error: unknown): Failure {
    if (this.#phase === "dns") return lookupFailure(error);
    if (this.#signal.aborted) {
      const phase = { connect: "connection", proxy: "proxy", tls: "TLS handshake" }[this.#phase];
      return { reason: "connect_timeout", detail: `the ${phase} took too long` };
    }
    return this.#phase === "tls" ? tlsFailure(error) : connectionFailure(error);
  }

  /** Asked first: a denied name surfaces as errors that nobody can read, some of them uncaught. */
  #requirePermission(): void {
    const { host, port } = this.#endpoint;
    const bracketed = host.includes(":") ? `[${host}]` : host;
    const { permittedHosts, hasPermission } = this.#context;
    if (permittedHosts.permits(this.#route.url) && hasPermission(`${bracketed}:${port}`)) return;
    throw new VisitError("blocked_by_policy", notNamed(host));
  }

  async #lookUp(): Promise<void> {
    const { host } = this.#endpoint;
    if (isAddress(host)) return this.#requireAllowed(host);
    const { stopwatch } = this.#record;
    stopwatch.start("dns");
    const addresses = await this.#context.lookups.addressesOf(host, this.#signal);
    stopwatch.end();
    for (const address of addresses) this.#requireAllowed(address);
  }

  #requireAllowed(address: string): void {
    if (!this.#context.addressPolicy.denies(address)) return;
    this.#record.remoteAddress = address;
    throw new VisitError(
      "blocked_by_policy",
      `address_policy denies its address ${address}; to visit it all the same, ` +
        "add the address to address_policy.allow",
    );
  }

  async #connect(): Promise<TcpStream> {
    this.#phase = "connect";
    this.#record.stopwatch.start("connect");
    const tcp = await this.#connectTcp(this.#endpoint, this.#signal);
    this.#record.stopwatch.end();
    this.#record.remoteAddress = tcp.remoteAddress;
    return tcp;
  }

  get #connectTcp(): ConnectTcp {
    const { tls, ipVersion } = this.#route;
    const hasHung = this.#context.hungHandshakes.has(this.#route.url.host);
    const needsNode = tls.insecure || tls.cert !== undefined || ipVersion !== undefined || hasHung;
    return needsNode ? connectByNode : connectByDeno;
  }

  async #tunnel(tcp: TcpStream): Promise<void> {
    const { proxy, url } = this.#route;
    if (proxy === undefined) return;
    this.#phase = "proxy";
    await openTunnel(tcp, { proxy, target: `${url.hostname}:${portOf(url)}` });
  }

  async #secure(tcp: TcpStream): Promise<TlsStream> {
    const { url, tls } = this.#route;
    this.#phase = "tls";
    this.#record.stopwatch.start("tls");
    const serverName = tls.serverName ?? hostOf(url);
    const stream = await this.#handshake(tcp, { ...tls, serverName });
    this.#record.stopwatch.end();
    this.#record.certificate = stream.certificate;
    return stream;
  }

  /** Deno cannot hang up within a handshake, node:tls can: one socket is left behind, not one a check. */
  async #handshake(tcp: TcpStream, options: SecureOptions): Promise<TlsStream> {
    const { hungHandshakes } = this.#context;
    try {
      const stream = await tcp.secure(options, this.#signal);
      hungHandshakes.delete(this.#route.url.host);
      return stream;
    } catch (error) {
      if (this.#signal.aborted) hungHandshakes.add(this.#route.url.host);
      throw error;
    }
  }
}

function isAddress(host: string): boolean {
  return host.includes(":") || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}
