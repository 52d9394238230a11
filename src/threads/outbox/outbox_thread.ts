/** The outbox thread: owns the outbox file, so that its blocking calls stop nothing else. */
import { serveThread } from "../../runtime/threads/thread.ts";
import { type OutboxSetup, ownedOutbox } from "./owned_outbox.ts";

serveThread<OutboxSetup>({
  onUncaught: "fail",
  start(setup, { telemetry }) {
    const outbox = ownedOutbox(setup, telemetry);
    return Promise.resolve({
      link: (role, port) => role === "relay" ? outbox.addRelay(port) : outbox.addScanner(port),
      stop() {
        outbox.close();
        return Promise.resolve();
      },
    });
  },
});
