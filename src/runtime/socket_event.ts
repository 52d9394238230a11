/** Waits for an event of a socket of node:net. */
import type net from "node:net";
import { onAbort } from "./deadline.ts";

/** Resolves on the event; rejects, with the socket destroyed, on an error or when the signal aborts. */
export async function socketEvent(
  socket: net.Socket,
  event: string,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once(event, resolve);
  // This listener stays: an error without a listener is an uncaught exception.
  socket.on("error", reject);
  socket.once("close", () => reject(new Deno.errors.ConnectionReset("closed by the peer")));
  using _ = onAbort(signal, () => socket.destroy());
  try {
    await promise;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
