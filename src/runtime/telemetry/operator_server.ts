/** What an operator's tools ask a running sitemon over HTTP: `/metrics`, `/healthz`, `/readyz`. */
import type { DependencyTable } from "./dependencies.ts";
import type { MetricsRegistry } from "./registry.ts";

/** Answers one request. A pure function of the two tables, so that tests need no socket. */
export async function answerOperator(
  request: Request,
  { registry, dependencies }: { registry: MetricsRegistry; dependencies: DependencyTable },
): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response("Only GET and HEAD are answered here\n", {
      status: 405,
      headers: { allow: "GET, HEAD" },
    });
  }
  switch (new URL(request.url).pathname) {
    case "/metrics": {
      const { text, contentType } = await registry.render();
      return new Response(text, { headers: { "content-type": contentType } });
    }
    case "/healthz":
      return Response.json({ ok: true });
    case "/readyz":
      return readiness(dependencies);
    default:
      return new Response("Not here: /metrics, /healthz and /readyz are\n", { status: 404 });
  }
}

function readiness(dependencies: DependencyTable): Response {
  const rows = dependencies.rows.map(({ since, ...row }) => ({
    ...row,
    since: new Date(since).toISOString(),
  }));
  const ready = dependencies.isReady;
  return Response.json({ ready, dependencies: rows }, { status: ready ? 200 : 503 });
}

/** A server that runs until it is stopped. */
export interface OperatorServer {
  readonly address: string;
  stop(): Promise<void>;
}

/** Serves on `listen` (`host:port`). Throws what the system says when that address cannot be had. */
export function serveOperator(
  listen: { readonly host: string; readonly port: number },
  tables: { registry: MetricsRegistry; dependencies: DependencyTable },
): OperatorServer {
  const server = Deno.serve(
    {
      hostname: listen.host,
      port: listen.port,
      onListen: () => {},
      onError: () => new Response(null, { status: 500 }),
    },
    (request) => answerOperator(request, tables),
  );
  const { hostname, port } = server.addr;
  return { address: `http://${hostname}:${port}`, stop: () => server.shutdown() };
}
