/** Ports for servers that tests start. */

// Below Linux's ephemeral range (32768 up), so that no outgoing connection can take the port of a
// server while it is restarted.
const PORT_MIN = 20_000;
const PORT_MAX = 32_000;

/** A TCP port of the loopback interface that nothing listens on. */
export function freePort(): number {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = PORT_MIN + Math.floor(Math.random() * (PORT_MAX - PORT_MIN));
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error("no free port among 100 that were tried");
}
