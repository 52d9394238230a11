/** The push thread: is told of sites over HTTP, and hands what it is told to the outbox thread. */
import { ReportSender } from "../../outbox/thread/report_sender.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { Deadline } from "../../runtime/deadline.ts";
import type { HttpServerOptions } from "../../runtime/http/http_server.ts";
import { whenAddressIsFree } from "../../runtime/http/listening.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import { serveThread } from "../../runtime/threads/thread.ts";
import { PushSites, type PushWork } from "../../scanner/push/push_sites.ts";
import { servePush } from "../../scanner/push/serve_push.ts";

export interface PushSetup extends Pick<HttpServerOptions, "listen"> {
  /** As many as there may be descriptors for; {@linkcode CONNECTIONS_MAX} at most. */
  readonly connectionsMax?: number;
}

/** Pings at once: each waits some 50 ms for its commit. */
const CONNECTIONS_MAX = 512;
/** While the outbox's disk fails. */
const ASK_AGAIN_MS = 1_000;
/** For pings that are being stored; they are the last ones. */
const STOP_GRACE_MS = 2_000;

serveThread<PushSetup>({
  // Each request is an independent task.
  onUncaught: "continue",
  async start({ listen, connectionsMax = Infinity }, { telemetry }) {
    const sender: ReportSender = new ReportSender({
      sourceId: crypto.randomUUID(),
      clock,
      telemetry,
      onUnencodable: (site, cause) =>
        logger("push").error("report of site {site} cannot be encoded: {cause}", { site, cause }),
      onNotes(notes) {
        if (notes !== undefined) sites.load(notes);
        else clock.after(ASK_AGAIN_MS, () => sender.askForNotes());
      },
    });
    const sites = new PushSites({ clock, telemetry, outbox: sender });
    const options = {
      ...{ listen, sites, clock, telemetry },
      connectionsMax: Math.min(connectionsMax, CONNECTIONS_MAX),
    };
    const server = await whenAddressIsFree(() => servePush(options));
    sites.start();
    logger("push").info("listening for pings on {address}", { address: server.address });
    return {
      assign: (work) => sites.assign(work as PushWork),
      link(_role, port) {
        sender.connect(port);
        sender.askForNotes();
      },
      async stop(deadlineMs) {
        const endMs = clock.monotonicMs() + deadlineMs;
        sites.stop();
        await server.stop(Math.min(deadlineMs, STOP_GRACE_MS));
        using handOver = new Deadline(clock, endMs - clock.monotonicMs());
        await sender.flush(handOver.signal);
        sender.close();
      },
    };
  },
});
