/** Ports for servers that tests start. */

// Below Linux's ephemeral range (32768 up), so that no outgoing connection can take the port of a
// server while it is restarted.
const PORT_MIN = 20_000;
/** Test runs at the same time, whose process IDs are close together, have ports of their own each. */
const RUNS = 24;
const PORTS = 500;
const firstOfRun = PORT_MIN + (Deno.pid % RUNS) * PORTS;
/** One after the other: what has not begun to listen yet keeps its port. */
let next = Math.floor(Math.random() * PORTS);

/** A TCP port of the loopback interface that nothing listens on. */
export function freePort(): number {
  for (let attempt = 0; attempt < PORTS; attempt++) {
    const port = firstOfRun + next++ % PORTS;
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error(`none of the ports from ${firstOfRun} on is free`);
}
