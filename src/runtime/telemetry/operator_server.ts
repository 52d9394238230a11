/** The HTTP endpoints for operators: `/metrics`, `/healthz` and `/readyz`. */
import { systemClock } from "../clock.ts";
import { acceptState, HttpServer, type HttpServerOptions } from "../http/http_server.ts";
import type { DependencyTable } from "./dependencies.ts";
import type { MetricsRegistry } from "./registry.ts";

/** What it answers from. */
interface Tables {
  readonly registry: MetricsRegistry;
  readonly dependencies: DependencyTable;
  /** Brings the registry up to date; it never rejects. */
  measure(): Promise<void>;
}

/** Answers one request. A function of the tables alone, so that tests need no socket. */
export async function answerOperator(request: Request, tables: Tables): Promise<Response> {
  const { registry, dependencies } = tables;
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response("method not allowed; use GET or HEAD\n", {
      status: 405,
      headers: { allow: "GET, HEAD" },
    });
  }
  switch (new URL(request.url).pathname) {
    case "/metrics": {
      await tables.measure();
      const up = dependencies.rows.map(({ dependency, thread, ok }) =>
        [{ dependency, thread }, ok ? 1 : 0] as const
      );
      registry.replace("sitemon_dependency_up", up);
      const { text, contentType } = await registry.render();
      return new Response(text, { headers: { "content-type": contentType } });
    }
    case "/healthz":
      return Response.json({ ok: true });
    case "/readyz": {
      const { rows, isReady: ready } = dependencies;
      const dated = rows.map((row) => ({
        ...row,
        since: new Date(row.since).toISOString(),
        reported_at: new Date(row.reported_at).toISOString(),
        // Nothing was to be done with it since, so that it may have changed.
        outdated: dependencies.isOutdated(row),
      }));
      // The line break is for a person's terminal.
      return new Response(`${JSON.stringify({ ready, dependencies: dated })}\n`, {
        status: ready ? 200 : 503,
        headers: { "content-type": "application/json" },
      });
    }
    default:
      return new Response("not found; try /metrics, /healthz or /readyz\n", { status: 404 });
  }
}

/** Prometheus, a health check and a person use three. */
const CONNECTIONS_MAX = 32;

/** Serves on `listen`. Throws the system's error when the address is not available. */
export function serveOperator(
  listen: HttpServerOptions["listen"],
  tables: Tables,
): HttpServer {
  return new HttpServer({
    listen,
    connectionsMax: CONNECTIONS_MAX,
    clock: systemClock,
    handler: ({ request }) => answerOperator(request, tables),
    onTrouble: (reason) => tables.dependencies.set("main", "listen", acceptState(reason)),
  });
}
