/** The web application: Request → Response, so that tests need no socket. It is read-only. */
import { Hono, type MiddlewareHandler } from "hono";
import { compress } from "hono/compress";
import { cors } from "hono/cors";
import { etag } from "hono/etag";
import { HTTPException } from "hono/http-exception";
import type { Clock } from "../runtime/clock.ts";
import { describeError } from "../runtime/telemetry/log_entry.ts";
import { logger } from "../runtime/telemetry/logging.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import { addApi } from "./api/api.ts";
import { addEvents } from "./api/events_api.ts";
import { QueryError } from "./api/parameters.ts";
import type { StatusSource } from "./live/status_source.ts";
import type { Look } from "./look.ts";
import { inLanguage, TEXTS } from "./texts/texts.ts";
import { addPages } from "./add_pages.ts";
import { passwords, WRONG_PASSWORD_DELAY_MS } from "./passwords.ts";
import { problem, problemJson } from "./problem.ts";
import { onlyReads } from "./read_only.ts";
import { LookupError } from "./site_lookup.ts";

/**
 * No inline scripts or styles are allowed, so that markup that got past the escaping is harmless.
 *
 * @see https://www.w3.org/TR/CSP3/
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Content comes from this origin only, and no type is sniffed. */
const SECURITY_HEADERS: readonly (readonly [string, string])[] = [
  ["content-security-policy", CONTENT_SECURITY_POLICY],
  ["x-content-type-options", "nosniff"],
  ["referrer-policy", "no-referrer"],
  ["cross-origin-opener-policy", "same-origin"],
  ["permissions-policy", "camera=(), geolocation=(), microphone=()"],
];

/** How long a browser remembers that it may ask; Chromium no longer than this. */
const PREFLIGHT_SECONDS = 7_200;

export interface AppOptions {
  readonly source: StatusSource;
  readonly look: Look;
  /** Credentials that are required; none when absent. */
  readonly basicAuth?: { readonly username: string; readonly password: string };
  /** Origins whose pages may read the API; `*` for any, none when absent. */
  readonly origins?: readonly string[];
  /** Event streams at once; as many as a page with all its connections has when absent. */
  readonly watchersMax?: number;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Ends the streams of events. */
  readonly signal: AbortSignal;
}

/** Pages, API, feeds, badges and events over one source. */
export function createApp(options: AppOptions): Hono {
  const { look } = options;
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    for (const [name, value] of SECURITY_HEADERS) context.header(name, value);
    if (context.res.headers.has("cache-control")) return;
    // A browser that several people use keeps nothing that only one of them may see.
    const isSecret = options.basicAuth !== undefined && !context.req.path.startsWith("/assets/");
    context.header("cache-control", isSecret ? "no-store" : "no-cache");
  });
  const language = TEXTS[look.locale ?? "en"];
  app.use((_, next) => inLanguage(language, next));
  if (options.origins?.length) app.use("/api/*", readableFrom(options.origins));
  app.use(onlyReads(look));
  if (options.basicAuth) app.use(passwords({ ...options.basicAuth, ...options }));
  addEvents(app, options);
  app.use(compress());
  app.use(etag());
  addPages(app, options);
  addApi(app, options);
  app.notFound(({ req: { path } }) => problem(404, { path, look }));
  app.onError((error, { req: { path } }) => {
    if (error instanceof HTTPException) return refusal(error, { path, look });
    if (error instanceof QueryError) return problemJson(400, {}, error.message);
    if (error instanceof LookupError) return problem(error.status, { path, look });
    const failure = { path, error: describeError(error) };
    logger("web").error("request for {path} failed: {error}", failure);
    return problem(500, { path, look });
  });
  return app;
}

/**
 * Lets scripts of other pages read the API, never with the credentials of who looks at them; answers
 * the question that a browser asks before. Nothing asks for a password there.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
function readableFrom(origins: readonly string[]): MiddlewareHandler {
  return cors({
    origin: origins.includes("*") ? "*" : [...origins],
    allowMethods: ["GET", "HEAD"],
    allowHeaders: ["If-None-Match"],
    exposeHeaders: ["ETag", "Link"],
    maxAge: PREFLIGHT_SECONDS,
  });
}

/** Clients that did not authenticate get no page of ours, which would show more than they may see. */
async function refusal(
  error: HTTPException,
  { path, look }: { readonly path: string; readonly look: Look },
): Promise<Response> {
  if (error.status === 429) {
    const response = await problem(429, { path, look });
    response.headers.set("retry-after", `${WRONG_PASSWORD_DELAY_MS / 1_000}`);
    return response;
  }
  const response = error.getResponse();
  const isJson = error.status === 401 && path.startsWith("/api/");
  return isJson ? problemJson(error.status, response.headers) : response;
}
