/** The outbox thread: owns the outbox file, so that its blocking calls stop nothing else. */
import { Outbox, type OutboxOptions } from "../../outbox/outbox.ts";
import { serveOutbox } from "../../outbox/thread/serve_outbox.ts";
import { systemClock } from "../../runtime/clock.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import { serveThread } from "../../runtime/threads/thread.ts";

export type OutboxSetup = Pick<
  OutboxOptions,
  "path" | "bytesMax" | "rowsMax" | "freeBytesMin" | "whenFull" | "runId"
>;

/** The roles that take reports out; every other one hands them in. */
const READERS = ["relay", "store"];

const log = logger("outbox");

serveThread<OutboxSetup>({
  onUncaught: "fail",
  start(setup, { telemetry }) {
    const outbox = Outbox.open({ ...setup, clock: systemClock, telemetry });
    const server = serveOutbox(outbox, { clock: systemClock });
    return Promise.resolve({
      link: (role, port) =>
        READERS.includes(role) ? server.addRelay(port) : server.addScanner(port),
      stop() {
        server.close();
        try {
          logUnsent(outbox);
        } finally {
          outbox.close();
        }
        return Promise.resolve();
      },
    });
  },
});

/** The relay has stopped before: what is left could not be published in time. */
function logUnsent(outbox: Outbox): void {
  const { rows } = outbox.stats();
  if (rows === 0) return;
  const kept = rows === 1 ? "row kept; it is" : "rows kept; they are";
  log.warn(`{rows} unsent ${kept} sent after the next start`, { rows });
}
