/** What holds for every request: it reads, and names a host. */
import type { MiddlewareHandler } from "hono";
import { HOST } from "./front.ts";
import type { Look } from "./look.ts";
import { problem } from "./problem.ts";

/** Refuses methods that write, and hosts of which no link can be made. */
export function onlyReads(look: Look): MiddlewareHandler {
  return async ({ req }, next) => {
    const { path, method } = req;
    const host = req.header("host");
    if (host !== undefined && !(HOST.test(host) && URL.canParse(req.url))) {
      return await problem(400, { path, look });
    }
    if (method === "GET" || method === "HEAD") return await next();
    const response = await problem(405, { path, look });
    response.headers.set("allow", "GET, HEAD");
    return response;
  };
}

/**
 * HEAD as GET: a server that is given the body sends its headers alone, with the length that the body
 * has (RFC 9110, section 9.3.2).
 */
export function asGet(request: Request): Request {
  return request.method === "HEAD" ? new Request(request, { method: "GET" }) : request;
}
