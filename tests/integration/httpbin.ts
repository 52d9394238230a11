/** A local server with the few paths of httpbin that the original Python service's example names. */
import { type LocalServer, serveLocally } from "../support/local_server.ts";

export interface Httpbin extends LocalServer {
  /** How often a path with its query was asked for. */
  visits(path: string): number;
}

/** `/anything` answers with what was asked, `/status/N` with that status. */
export function startHttpbin(): Httpbin {
  const visits = new Map<string, number>();
  const server = serveLocally((request) => {
    const { pathname, search, href } = new URL(request.url);
    const path = pathname + search;
    visits.set(path, (visits.get(path) ?? 0) + 1);
    const status = /^\/status\/(\d+)$/.exec(pathname)?.[1];
    if (status !== undefined) return new Response(null, { status: Number(status) });
    if (pathname === "/anything") return Response.json({ method: request.method, url: href });
    return new Response("not found", { status: 404 });
  });
  return {
    ...server,
    visits: (path) => visits.get(path) ?? 0,
  };
}
