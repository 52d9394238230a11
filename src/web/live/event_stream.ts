/**
 * Updates as server-sent events, for pages with JavaScript.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import { stateOf } from "../../report/site_state.ts";
import type { Clock } from "../../runtime/clock.ts";
import { inLanguage, texts } from "../texts/texts.ts";
import type { StatusSource, StatusUpdate } from "./status_source.ts";

/** Concurrent event streams. Pages beyond it poll. */
export const WATCHERS_MAX = 500;
/**
 * How often the stream says that it is alive. Proxies close connections that are idle for a minute,
 * and a page that hears nothing for 45 s says so (assets/page.js).
 */
const HEARTBEAT_MS = 20_000;
/** How long a browser waits before it reconnects. */
const RETRY_MS = 3_000;
/** A client that is this many events behind is disconnected. */
const BACKLOG_MAX = 100;

/** A response that ends when the client leaves, or the signal aborts. */
export function eventStream(
  source: StatusSource,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Response {
  const encoder = new TextEncoder();
  let end = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string) => {
        if ((controller.desiredSize ?? 0) < 1 - BACKLOG_MAX) return end();
        controller.enqueue(encoder.encode(text));
      };
      const language = texts();
      const unwatch = source.watch((news) => send(inLanguage(language, () => eventText(news))));
      let cancelBeat = () => {};
      const beat = () => {
        send(beatText(source.version));
        cancelBeat = clock.after(HEARTBEAT_MS, beat);
      };
      end = () => {
        unwatch();
        cancelBeat();
        signal.removeEventListener("abort", end);
        try {
          controller.close();
        } catch {
          // The client has already left.
        }
      };
      signal.addEventListener("abort", end);
      send(`retry: ${RETRY_MS}\n\n`);
      beat();
    },
    cancel: () => end(),
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream",
      "source-control": "no-store",
      // Tells nginx not to buffer events.
      "x-accel-buffering": "no",
    },
  });
}

/** The version that a page should have, so that one that missed an event finds out. */
export function beatText(version: number): string {
  return `event: beat\ndata: ${version}\n\n`;
}

/** Data is JSON, which has no line breaks that would end the event. */
export function eventText({ checked, changed, needsReload }: StatusUpdate): string {
  const data = {
    checked: checked.map(({ site, location, checked_at, response_time }) => (
      { site, location, checked_at: checked_at.getTime(), response_time }
    )),
    news: changed.map((status) =>
      texts().isNow(status.site, texts().states[stateOf(status)].toLowerCase())
    ),
    reload: needsReload || changed.length > 0,
  };
  return `data: ${JSON.stringify(data)}\n\n`;
}
