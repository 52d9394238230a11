/**
 * Updates as server-sent events, for pages with JavaScript.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import { stateOf } from "../../report/site_state.ts";
import type { Clock } from "../../runtime/clock.ts";
import { texts } from "../texts/texts.ts";
import { compressor } from "./event_compressor.ts";
import type { StatusSource, StatusUpdate } from "./status_source.ts";

/** Concurrent event streams. Pages beyond it poll. */
export const WATCHERS_MAX = 500;
/**
 * How often the stream says that it is alive. Proxies close connections that are idle for a minute,
 * and a page that hears nothing for 45 s says so (assets/page.js).
 */
const HEARTBEAT_MS = 20_000;
/** How long a browser waits before it reconnects, and up to how much longer, so that not all come at once. */
const RETRY_MS = 2_000;
const RETRY_JITTER_MS = 4_000;
/** A client that is this many events behind is disconnected. */
const BACKLOG_MAX = 100;
/** Checks and sentences of one event; a page has 100 rows, and reads out five sentences. */
const CHECKED_MAX = 1_000;
const NEWS_MAX = 5;

/** What a viewer is told of. */
export interface Watched {
  /** Sites whose checks are told; all of them when absent. */
  readonly sites?: ReadonlySet<string>;
  /** Whether changes of other sites are left out, too. */
  readonly isAlone?: boolean;
}

export interface EventStreamOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly watched?: Watched;
  /** Whether the client takes gzip. */
  readonly isCompressed?: boolean;
  /** For jitter, in [0, 1). */
  readonly random?: () => number;
}

/** A response that ends when the client leaves, or the signal aborts. */
export function eventStream(
  source: StatusSource,
  { clock, signal, watched = {}, isCompressed = false, random = Math.random }: EventStreamOptions,
): Response {
  // Of the request: events come later.
  const language = texts();
  let end = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const enqueue = (bytes: Uint8Array) => {
        if ((controller.desiredSize ?? 0) < 1 - BACKLOG_MAX) return end();
        controller.enqueue(bytes);
      };
      const writer = isCompressed ? compressor(enqueue) : { write: enqueue, end() {} };
      const send = (text: string) => writer.write(new TextEncoder().encode(text));
      const unwatch = source.watch((news) => {
        const text = eventText(told(news, watched), language);
        if (text !== undefined) send(text);
      });
      let cancelBeat = () => {};
      const beat = () => {
        send(beatText(source.version));
        cancelBeat = clock.after(HEARTBEAT_MS, beat);
      };
      end = () => {
        unwatch();
        cancelBeat();
        signal.removeEventListener("abort", end);
        writer.end();
        try {
          controller.close();
        } catch {
          // The client has already left.
        }
      };
      signal.addEventListener("abort", end);
      send(`retry: ${RETRY_MS + Math.floor(random() * RETRY_JITTER_MS)}\n\n`);
      beat();
    },
    cancel: () => end(),
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream",
      ...(isCompressed && { "content-encoding": "gzip" }),
      vary: "accept-encoding",
      // Tells nginx not to buffer events.
      "x-accel-buffering": "no",
    },
  });
}

/** The part of an update that a viewer is told of. */
function told(news: StatusUpdate, { sites, isAlone = false }: Watched): StatusUpdate {
  if (sites === undefined) return news;
  const isWatched = ({ site }: { readonly site: string }) => sites.has(site);
  return {
    checked: news.checked.filter(isWatched),
    changed: isAlone ? news.changed.filter(isWatched) : news.changed,
    needsReload: news.needsReload,
  };
}

/** The version that a page should have, so that one that missed an event finds out. */
function beatText(version: number): string {
  return `event: beat\ndata: ${version}\n\n`;
}

/** Data is JSON, which has no line breaks that would end the event; nothing when there is nothing to tell. */
export function eventText(
  { checked, changed, needsReload }: StatusUpdate,
  { isNow, states } = texts(),
): string | undefined {
  const reload = needsReload || changed.length > 0;
  if (!reload && checked.length === 0) return undefined;
  const data = {
    checked: checked.slice(0, CHECKED_MAX).map((
      { site, location, checked_at, response_time },
    ) => ({ site, location, checked_at: checked_at.getTime(), response_time })),
    news: changed.slice(0, NEWS_MAX)
      .map((status) => isNow(status.site, states[stateOf(status)].toLowerCase())),
    reload,
  };
  return `data: ${JSON.stringify(data)}\n\n`;
}
