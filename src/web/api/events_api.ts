/** The route of `/events`, and what a viewer may choose to be told of. */
import type { Hono } from "hono";
import type { Clock } from "../../runtime/clock.ts";
import { takesGzip } from "../live/event_compressor.ts";
import { eventStream, type Watched, WATCHERS_MAX } from "../live/event_stream.ts";
import type { StatusSource } from "../live/status_source.ts";
import type { Look } from "../look.ts";
import { problem } from "../problem.ts";
import { oneOf, parameter, parametersOf, QueryError, refuseUnknown } from "./parameters.ts";

/** Of one viewer: the rows of a page. */
export const WATCHED_MAX = 100;
const CHANGES = ["all", "shown"] as const;

export const EVENT_PARAMETERS = [
  parameter(
    "site",
    `Only checks of this site; may be repeated up to ${WATCHED_MAX} times, and empty for none.`,
    {},
    "array",
  ),
  parameter("changes", 'Changes of all sites, or only of those that are named as "site".', {
    enum: CHANGES,
    default: "all",
  }),
];

/** Has to come before what compresses responses as a whole. */
export function addEvents(
  app: Hono,
  { source, look, watchersMax = WATCHERS_MAX, clock, signal }: {
    readonly source: StatusSource;
    readonly look: Look;
    readonly watchersMax?: number;
    readonly clock: Clock;
    readonly signal: AbortSignal;
  },
): void {
  app.get("/events", (context) => {
    const watched = watchedOf(parametersOf(context));
    if (source.watcherCount >= watchersMax) return problem(503, { path: context.req.path, look });
    const isCompressed = takesGzip(context.req.header("accept-encoding"));
    return eventStream(source, { clock, signal, watched, isCompressed });
  });
}

/** Throws {@linkcode QueryError}. */
export function watchedOf(given: URLSearchParams): Watched {
  refuseUnknown(given, EVENT_PARAMETERS);
  const isAlone = oneOf(CHANGES, "changes", given.get("changes") ?? "all") === "shown";
  if (!given.has("site")) return { isAlone };
  const sites = new Set(given.getAll("site"));
  if (sites.size > WATCHED_MAX) {
    throw new QueryError(`"site" is repeated at most ${WATCHED_MAX} times`);
  }
  return { sites, isAlone };
}
