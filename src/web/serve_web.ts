/** Serves the status page of one store at one address, until it is stopped. */
import type { Clock } from "../runtime/clock.ts";
import { within } from "../runtime/deadline.ts";
import type { Dependency, Telemetry } from "../runtime/telemetry/telemetry.ts";
import type { StatusQueries } from "../status/queries.ts";
import { Front, type FrontOptions } from "./front.ts";
import { createApp } from "./app.ts";
import { asGet } from "./read_only.ts";
import { StatusCache } from "./live/status_cache.ts";

/** For responses in progress; a slower client is cut off when the thread ends. */
const STOP_GRACE_MS = 1_000;

export interface WebOptions extends FrontOptions {
  /** Port 0 takes any free one. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly title: string;
  readonly basicAuth?: { readonly username: string; readonly password: string };
  readonly queries: StatusQueries;
  readonly dependency: Dependency;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** A running server. */
export interface WebServer {
  /** `http://host:port`. */
  readonly address: string;
  /** Ends every response, and closes the queries. */
  stop(): Promise<void>;
}

/** Thrown when the address cannot be used. */
export class WebAddressError extends Error {
  override readonly name = "WebAddressError";
}

/** Throws {@linkcode WebAddressError}. */
export function serveWeb(options: WebOptions): WebServer {
  const { listen, title, basicAuth, queries, clock, telemetry } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const cache = new StatusCache(options);
  const app = createApp({
    cache,
    title,
    ...(basicAuth && { basicAuth }),
    clock,
    telemetry,
    signal,
  });
  const front = new Front(options);
  const server = listening(listen, (request, { remoteAddr }) => {
    const inside = front.inside(asGet(request));
    if (inside instanceof Response) return inside;
    return app.fetch(inside, front.visitor(request, remoteAddr.hostname));
  });
  const watching = cache.run(signal);
  const { hostname, port } = server.addr;
  return {
    address: `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`,
    async stop() {
      stopping.abort();
      await watching;
      await within(STOP_GRACE_MS, server.shutdown(), clock).catch(() => {});
      await queries.close();
    },
  };
}

function listening(
  { host, port }: WebOptions["listen"],
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ hostname: host, port, onListen: () => {} }, handler);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new WebAddressError(
      `"web.listen" ${host}:${port} cannot be used: ${why}; choose another address, ` +
        "or end the process that uses it",
      { cause: error },
    );
  }
}
