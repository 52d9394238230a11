/**
 * An HTTP server whose connections are limited in number and time, and which survives that the
 * process runs out of file descriptors. Deno.serve ends the process then, and Deno's node:http stops
 * accepting without a word (Deno 2.9.6).
 */
import { type Clock, sleep } from "../clock.ts";
import { within } from "../deadline.ts";
import { logger, MinuteLimit } from "../telemetry/logging.ts";
import type { DependencyState } from "../telemetry/telemetry.ts";
import { SharedTimers } from "../shared_timers.ts";
import { type Handler, HttpConnection } from "./http_connection.ts";

/** After a connection could not be accepted. */
const ACCEPT_RETRY_MS = 1_000;

const log = logger("http");

export interface HttpServerOptions {
  /** Port 0 takes any free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** At once; one more takes the place of the oldest that is idle, if any is, and is refused else. */
  readonly connectionsMax: number;
  readonly handler: Handler;
  readonly clock: Clock;
  /** A connection was refused, since every other one is being answered. */
  readonly onRefused?: () => void;
  /** Connections cannot be accepted, and why; undefined when they can again. */
  readonly onTrouble?: (reason: string | undefined) => void;
}

export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #listener: Deno.TcpListener;
  /** The oldest first. */
  readonly #connections = new Map<HttpConnection, Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #logLimit: MinuteLimit;
  readonly #accepting: Promise<void>;

  /** Listens. Throws the system's error when the address cannot be used. */
  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#logLimit = new MinuteLimit(options.clock);
    const { host: hostname, port } = options.listen;
    this.#listener = Deno.listen({ hostname, port });
    this.#accepting = this.#accept();
  }

  /** `http://host:port`. */
  get address(): string {
    const { hostname, port } = this.#listener.addr;
    return `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  }

  /** Accepts no more, and waits up to `graceMs` for the responses that are being sent. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    this.#listener.close();
    for (const connection of this.#connections.keys()) if (connection.isIdle) connection.close();
    const ended = Promise.all(this.#connections.values());
    await within(graceMs, ended, this.#options.clock).catch(() => {});
    for (const connection of this.#connections.keys()) connection.close();
    await Promise.all([this.#accepting, ...this.#connections.values()]);
  }

  async #accept(): Promise<void> {
    const { clock, connectionsMax, handler, onRefused, onTrouble } = this.#options;
    const onFault = (error: unknown) => this.#faultOf(error);
    const shared = { timers: new SharedTimers(clock), clock, buffers: [], handler, onFault };
    const { signal } = this.#stopping;
    for (let isInTrouble = false; !signal.aborted;) {
      try {
        const connection = new HttpConnection(await this.#listener.accept(), shared);
        const isFull = this.#connections.size >= connectionsMax;
        if (!isFull || await this.#closeIdle()) this.#serve(connection);
        else {
          onRefused?.();
          // A crowd must not be accepted faster than it is let go.
          await connection.refuse(503);
        }
        if (isInTrouble) onTrouble?.(undefined);
        isInTrouble = false;
      } catch (error) {
        if (signal.aborted) return;
        isInTrouble = true;
        onTrouble?.(error instanceof Error ? error.message : String(error));
        await this.#closeIdle();
        await sleep(clock, ACCEPT_RETRY_MS, signal);
      }
    }
  }

  #serve(connection: HttpConnection): void {
    const ended = connection.serve().then(() => void this.#connections.delete(connection));
    this.#connections.set(connection, ended);
  }

  /** A fault of the handler costs one request. */
  #faultOf(error: unknown): Response {
    if (this.#logLimit.allows("handler")) log.error("request failed: {error}", { error });
    return new Response(null, { status: 500 });
  }

  /** Makes room; false when every connection is being answered. */
  async #closeIdle(): Promise<boolean> {
    const idle = this.#connections.entries().find(([{ isIdle }]) => isIdle);
    if (idle === undefined) return false;
    const [connection, ended] = idle;
    connection.close();
    await ended;
    return true;
  }
}

/** What readiness says of {@linkcode HttpServerOptions.onTrouble}. */
export function acceptState(reason: string | undefined): DependencyState {
  if (reason === undefined) return { ok: true };
  const detail = `cannot accept connections: ${reason}; raise the limit of open files`;
  return { ok: false, reason: "accept", detail };
}
