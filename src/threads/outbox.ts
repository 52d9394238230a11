/** The outbox thread: owns the outbox file, so that its blocking calls stop nothing else. */
import { Outbox, type OutboxOptions } from "../outbox/outbox.ts";
import { serveOutbox } from "../outbox/serve_outbox.ts";
import { systemClock } from "../runtime/clock.ts";
import { serveThread } from "../runtime/thread.ts";

export type OutboxSetup = Pick<
  OutboxOptions,
  "path" | "bytesMax" | "rowsMax" | "freeBytesMin" | "whenFull"
>;

serveThread<OutboxSetup>({
  onUncaught: "fail",
  start(setup, { telemetry }) {
    const outbox = Outbox.open({ ...setup, clock: systemClock, telemetry });
    const server = serveOutbox(outbox, { clock: systemClock });
    return Promise.resolve({
      link: (role, port) => role === "scanner" ? server.addScanner(port) : server.addRelay(port),
      stop() {
        server.close();
        outbox.close();
        return Promise.resolve();
      },
    });
  },
});
