/** The notify thread: hands what main says on to the service manager. It can reach nothing else. */
import { systemClock } from "../../runtime/clock.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import { MinuteLimit } from "../../runtime/telemetry/minute_limit.ts";
import { NotifySocket, type NotifySocketOptions } from "../../runtime/service/notify_socket.ts";
import type { NotifyWork } from "../../runtime/service/service_manager.ts";
import { serveThread } from "../../runtime/threads/thread.ts";

serveThread<NotifySocketOptions>({
  onUncaught: "fail",
  start(setup) {
    const log = logger("supervisor");
    const limit = new MinuteLimit(systemClock);
    const warn = (error: unknown) => {
      if (limit.allows("send")) log.warn("Cannot notify the service manager: {error}", { error });
    };
    const socket = openSocket(setup, warn);
    let sent = Promise.resolve();
    return Promise.resolve({
      assign(work) {
        sent = sent.then(() => socket?.send((work as NotifyWork).message)).catch(warn);
      },
      async stop() {
        await sent;
        socket?.[Symbol.dispose]();
      },
    });
  },
});

/** Checks go on without a service manager: it is told nothing then, and may judge by that. */
function openSocket(
  setup: NotifySocketOptions,
  warn: (error: unknown) => void,
): NotifySocket | undefined {
  try {
    return new NotifySocket(setup);
  } catch (error) {
    warn(error);
    return undefined;
  }
}
