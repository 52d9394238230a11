/** The outbox thread's end of the ports: commits what scanners send in groups, hands rows to the relay. */
import type { Clock } from "../runtime/clock.ts";
import type { Outbox } from "./outbox.ts";

export interface OutboxServer {
  /** Takes reports from the ReportSender at the other end. */
  addScanner(port: MessagePort): void;
  /** Hands rows to the OutboxClient at the other end; a former relay's rows are released. */
  addRelay(port: MessagePort): void;
  /** Commits what has arrived, without waiting for more. */
  flush(): void;
  /** Commits what has arrived and closes every port; the outbox stays open. */
  close(): void;
}

/** Serves the outbox to other threads. */
export function serveOutbox(_outbox: Outbox, _options: { readonly clock: Clock }): OutboxServer {
  throw new Error("skeleton");
}
