/** A thread that publishes one row to the servers that it is told, with whatever rights it has. */
import { PublishError } from "../../src/outbox/publisher.ts";
import { aRow, TestPublisher } from "./kafka_fixture.ts";

interface Scope extends EventTarget {
  postMessage(message: string): void;
}

const scope = globalThis as unknown as Scope;

async function publish(servers: string): Promise<string> {
  await using publisher = new TestPublisher({ bootstrap: servers, partitions: 1 });
  try {
    const { acknowledged } = await publisher.publish([aRow(1)]);
    return `acknowledged ${acknowledged}`;
  } catch (error) {
    return error instanceof PublishError ? `${error.failure}: ${error.message}` : String(error);
  }
}

scope.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  scope.postMessage(`unhandled: ${(event as PromiseRejectionEvent).reason}`);
});
scope.addEventListener("message", async (event) => {
  scope.postMessage(await publish((event as MessageEvent<string>).data));
});
