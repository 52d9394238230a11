/** The web application: Request → Response, so that tests need no socket. It is read-only. */
import { Hono } from "hono";
import { basicAuth } from "hono/basic-auth";
import { compress } from "hono/compress";
import { etag } from "hono/etag";
import { HTTPException } from "hono/http-exception";
import type { Clock } from "../runtime/clock.ts";
import { describeError } from "../runtime/telemetry/log_entry.ts";
import { logger } from "../runtime/telemetry/logging.ts";
import { addApi } from "./api/api.ts";
import type { StatusCache } from "./live/status_cache.ts";
import { eventStream, WATCHERS_MAX } from "./live/event_stream.ts";
import { addPages } from "./pages/pages.ts";
import { problem, problemJson } from "./problem.ts";
import { SECURITY_HEADERS } from "./security_headers.ts";
import { LookupError } from "./site_lookup.ts";

export interface AppOptions {
  readonly cache: StatusCache;
  /** What the page is called. */
  readonly title: string;
  /** Credentials that are required; none when absent. */
  readonly basicAuth?: { readonly username: string; readonly password: string };
  readonly clock: Clock;
  /** Ends the streams of events. */
  readonly signal: AbortSignal;
}

/** Pages, API, feeds, badges and events over one cache. */
export function createApp(options: AppOptions): Hono {
  const { cache, title } = options;
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    for (const [name, value] of SECURITY_HEADERS) context.header(name, value);
    if (!context.res.headers.has("cache-control")) context.header("cache-control", "no-cache");
  });
  if (options.basicAuth) app.use(basicAuth({ ...options.basicAuth, realm: "sitemon" }));
  app.get(
    "/events",
    (context) =>
      cache.watcherCount < WATCHERS_MAX
        ? eventStream(cache, options)
        : problem(503, { path: context.req.path, title }),
  );
  app.use(compress());
  app.use(etag());
  addPages(app, options);
  addApi(app, options);
  app.notFound((context) => problem(404, { path: context.req.path, title }));
  app.onError((error, { req: { path } }) => {
    if (error instanceof HTTPException) return refusal(error, path);
    if (error instanceof LookupError) return problem(error.status, { path, title });
    logger("web").error("request for {path} failed: {error}", {
      path,
      error: describeError(error),
    });
    return problem(500, { path, title });
  });
  return app;
}

/** Clients that did not authenticate get no page of ours, which would show more than they may see. */
function refusal(error: HTTPException, path: string): Response {
  const response = error.getResponse();
  const isJson = error.status === 401 && path.startsWith("/api/");
  return isJson ? problemJson(error.status, response.headers) : response;
}
