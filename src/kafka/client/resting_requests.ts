/**
 * Lets a connection of kafkajs rest while nothing waits to be sent.
 *
 * After its first answer, each connection of kafkajs 2.2.4 asks itself a thousand times a second
 * whether there is something to send, until it ends: 30 ms of CPU in every second (measured).
 *
 * @see https://github.com/tulios/kafkajs/issues/1704
 */
import RequestQueue from "kafkajs/request-queue";

const { prototype } = RequestQueue as unknown as { readonly prototype: Queue };
const { scheduleCheckPendingRequests } = prototype;

/** What kafkajs hides of its queue of requests. */
interface Queue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

/** A request that has to wait calls this too, so that none is forgotten. */
prototype.scheduleCheckPendingRequests = function (this: Queue): void {
  if (this.pending.length > 0) scheduleCheckPendingRequests.call(this);
};
