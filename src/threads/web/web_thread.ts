/** The web thread: serves the status page of a store that it only reads. */
import { sleep, systemClock as clock } from "../../runtime/clock.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { serveThread } from "../../runtime/threads/thread.ts";
import { openStore, type StoreAddress } from "../../status/open_store.ts";
import { serveWeb, WebAddressError, type WebOptions, type WebServer } from "../../web/serve_web.ts";

export interface WebSetup extends Pick<WebOptions, "listen" | "title" | "basicAuth"> {
  readonly store: StoreAddress;
  /** When the address cannot be had: true fails the thread, false goes on without the page. */
  readonly isRequired: boolean;
}

/** The thread before this one may still be letting go of the address. */
const ADDRESS_RETRIES_MAX = 10;
const ADDRESS_RETRY_MS = 200;

serveThread<WebSetup>({
  // Each request is a task of its own.
  onUncaught: "continue",
  async start(setup, { telemetry }) {
    const server = await serve(setup, telemetry);
    return { stop: async () => await server?.stop() };
  },
});

/** Resolves to nothing when the address cannot be had, and need not. */
async function serve(setup: WebSetup, telemetry: Telemetry): Promise<WebServer | undefined> {
  const { store, isRequired, ...options } = setup;
  const parts = await openStore(store, { clock });
  const { dependency } = parts;
  const queries = parts.queries();
  try {
    const start = () => serveWeb({ ...options, queries, dependency, clock, telemetry });
    const server = await whenAddressIsFree(start);
    logger("web").info("The status page is at {address}", { address: server.address });
    return server;
  } catch (error) {
    await queries.close();
    if (isRequired || !(error instanceof WebAddressError)) throw error;
    logger("web").warn("There is no status page: {reason}", { reason: error.message });
    return undefined;
  }
}

async function whenAddressIsFree(start: () => WebServer): Promise<WebServer> {
  for (let retries = 0; retries < ADDRESS_RETRIES_MAX; retries++) {
    try {
      return start();
    } catch (error) {
      if (!(error instanceof WebAddressError)) throw error;
      await sleep(clock, ADDRESS_RETRY_MS);
    }
  }
  return start();
}
