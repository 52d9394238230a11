/** The page of a made store, without the process around it. */
import { serveLocally } from "../support/local_server.ts";
import type { MadeStore } from "../web/made_store.ts";
import type { Visit } from "./chromium.ts";

/** Serves a made store on a free port. */
export function servedStore(
  made: MadeStore,
  visit: Visit,
  options: Parameters<MadeStore["app"]>[0] = { look: { title: "Example Inc." } },
) {
  const stopping = new AbortController();
  const { signal } = stopping;
  const server = serveLocally(made.app({ ...options, signal }).fetch);
  const watching = made.cache.run(signal);
  return {
    address: server.origin,
    async [Symbol.asyncDispose]() {
      await visit.leave();
      stopping.abort();
      await watching;
      await server[Symbol.asyncDispose]();
    },
  };
}
