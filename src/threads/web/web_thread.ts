/** The web thread: serves the status page of a store that it only reads. */
import { systemClock as clock } from "../../runtime/clock.ts";
import { AddressError, whenAddressIsFree } from "../../runtime/http/listening.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import { serveThread } from "../../runtime/threads/thread.ts";
import { openStore, type StoreAddress } from "../../status/open_store.ts";
import { serveWeb, type WebOptions } from "../../web/serve_web.ts";

export interface WebSetup extends
  Pick<
    WebOptions,
    | "listen"
    | "look"
    | "listed"
    | "basicAuth"
    | "publicUrl"
    | "trustedProxies"
    | "origins"
    | "isMadeHere"
    | "quorums"
    | "connectionsMax"
  > {
  readonly store: StoreAddress;
  /** When the address is not available: true fails the thread, false continues without the page. */
  readonly isRequired: boolean;
}

serveThread<WebSetup>({
  // Each request is an independent task.
  onUncaught: "continue",
  async start({ store, isRequired, ...options }, { telemetry }) {
    const parts = await openStore(store, { clock });
    const { dependency } = parts;
    const [queries, records] = [parts.queries(), parts.alertRecords()];
    try {
      const start = () => serveWeb({ ...options, queries, records, dependency, clock, telemetry });
      const server = await whenAddressIsFree(start);
      logger("web").info("status page listening on {address}", { address: server.address });
      return server;
    } catch (error) {
      await Promise.all([queries.close(), records.close()]);
      if (isRequired || !(error instanceof AddressError)) throw error;
      logger("web").warn("no status page: {reason}", { reason: error.message });
      return { stop: () => Promise.resolve() };
    }
  },
});
