/** A process that serves without a limit of connections that helps: it runs out of file descriptors. */
import { systemClock } from "../../../src/runtime/clock.ts";
import { HttpServer } from "../../../src/runtime/http/http_server.ts";

// As daemons do. Deno opens what it needs for signals at some time after the start otherwise, and
// panics when it cannot (2.9.6).
Deno.addSignalListener("SIGHUP", () => {});

const server = new HttpServer({
  listen: { host: "127.0.0.1", port: 0 },
  connectionsMax: 1_000,
  handler: () => new Response("served"),
  clock: systemClock,
  onTrouble: (reason) => console.log(reason === undefined ? "accepts again" : `trouble: ${reason}`),
});
console.log(server.address);
