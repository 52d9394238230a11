/** Serves the status page of one store at one address, until it is stopped. */
import type { Clock } from "../runtime/clock.ts";
import { acceptState } from "../runtime/http/http_server.ts";
import { listening } from "../runtime/http/listening.ts";
import type { Dependency, Telemetry } from "../runtime/telemetry/telemetry.ts";
import type { AlertRecords } from "../status/alert_store.ts";
import type { StatusQueries } from "../status/queries.ts";
import type { FrontOptions } from "./front.ts";
import { WATCHERS_MAX } from "./live/event_stream.ts";
import type { PublicSite } from "../runtime/public_page.ts";
import { PublicSource } from "./live/public_source.ts";
import type { Look } from "./look.ts";
import { StatusCache, type StatusCacheOptions } from "./live/status_cache.ts";

/** Event streams, and as many requests for pages again. */
export const CONNECTIONS_MAX = 2 * WATCHERS_MAX;
/** For responses in progress; a slower client is cut off when the thread ends. */
const STOP_GRACE_MS = 1_000;

export interface WebOptions
  extends FrontOptions, Pick<StatusCacheOptions, "isMadeHere" | "quorums"> {
  /** Port 0 takes any free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Connections at once; {@linkcode CONNECTIONS_MAX} when absent. */
  readonly connectionsMax?: number;
  readonly look: Look;
  /** How everybody sees each site, by its own name; every site is listed when it is absent. */
  readonly listed?: ReadonlyMap<string, PublicSite>;
  readonly basicAuth?: { readonly username: string; readonly password: string };
  /** Origins whose pages may read the API; `*` for any, none when absent. */
  readonly origins?: readonly string[];
  readonly queries: StatusQueries;
  readonly records: AlertRecords;
  readonly dependency: Dependency;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** A running server. */
export interface WebServer {
  /** `http://host:port`. */
  readonly address: string;
  /** Ends every response, and closes the queries and the records. */
  stop(): Promise<void>;
}

/** Throws AddressError when the address cannot be used. */
export function serveWeb(options: WebOptions): WebServer {
  const { listen, look, basicAuth, origins, queries, records, clock, telemetry } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const connectionsMax = options.connectionsMax ?? CONNECTIONS_MAX;
  const cache = new StatusCache(options);
  const load = async () => {
    const { Front } = await import("./front.ts");
    const { asGet } = await import("./read_only.ts");
    const { createApp } = await import("./app.ts");
    const front = new Front(options);
    const app = createApp({
      source: look.isPublic ? new PublicSource(cache, options.listed) : cache,
      look,
      ...(basicAuth && { basicAuth }),
      ...(origins && { origins }),
      // The other half is for pages.
      watchersMax: Math.ceil(connectionsMax / 2),
      clock,
      telemetry,
      signal,
    });
    return (request: Request, hostname: string) => {
      const inside = front.inside(asGet(request));
      if (inside instanceof Response) return inside;
      return app.fetch(inside, front.visitor(request, hostname));
    };
  };
  // For the first visitor: what pages are made with takes memory, and not every page has visitors.
  let respond: ReturnType<typeof load> | undefined;
  const server = listening("web.listen", {
    listen,
    connectionsMax,
    clock,
    async handler({ request }, { remoteAddr }) {
      respond ??= load();
      return await (await respond)(request, remoteAddr.hostname);
    },
    onTrouble: (reason) => telemetry.dependency("web", acceptState(reason)),
  });
  const watching = cache.run(signal);
  return {
    address: server.address,
    async stop() {
      stopping.abort();
      await watching;
      await server.stop(STOP_GRACE_MS);
      await Promise.all([queries.close(), records.close()]);
    },
  };
}
