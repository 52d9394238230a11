/** The notify thread: sends main's messages to the service manager. It can reach nothing else. */
import { systemClock } from "../../runtime/clock.ts";
import { logger, MinuteLimit } from "../../runtime/telemetry/logging.ts";
import { NotifySocket, type NotifySocketOptions } from "../../runtime/service/notify_socket.ts";
import type { NotifyWork } from "../../runtime/service/service_manager.ts";
import { serveThread } from "../../runtime/threads/thread.ts";

serveThread<NotifySocketOptions>({
  onUncaught: "fail",
  start(setup) {
    const limit = new MinuteLimit(systemClock);
    const warn = (error: unknown) => {
      if (!limit.allows("send")) return;
      logger("supervisor").warn("notifying the service manager failed: {error}", { error });
    };
    let socket: NotifySocket | undefined;
    try {
      socket = new NotifySocket(setup);
    } catch (error) {
      // Checks go on without the service manager, which may act on the missing messages.
      warn(error);
    }
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
