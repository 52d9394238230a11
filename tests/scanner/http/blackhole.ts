/** An address that lets connections vanish. */
import { systemClock } from "../../../src/runtime/clock.ts";
import { Deadline } from "../../../src/runtime/deadline.ts";

/**
 * A listener that accepts nothing, with its queue filled: the kernel then drops what asks for a
 * connection, as a firewall does.
 */
export async function blackhole(
  started: AsyncDisposableStack,
  { hostname = "127.0.0.1", port: wanted = 0 } = {},
): Promise<number> {
  const listener = started.adopt(
    Deno.listen({ hostname, port: wanted, tcpBacklog: 1 }),
    (one) => one.close(),
  );
  const { port } = listener.addr as Deno.NetAddr;
  const QUEUE_MAX = 8_192;
  for (let count = 0; count < QUEUE_MAX; count++) {
    using limit = new Deadline(systemClock, 150);
    try {
      const conn = await Deno.connect({ hostname, port, signal: limit.signal });
      started.adopt(conn, (one) => one.close());
    } catch {
      return port;
    }
  }
  throw new Error("the queue of the listener never fills");
}
