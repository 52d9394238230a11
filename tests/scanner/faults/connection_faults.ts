/** Sites that cannot be found, reached or held on to. */
import net from "node:net";
import { answering, rawServer, readRequest } from "../http/raw_server.ts";
import { type Fault, serving, SHORT_TIMEOUTS } from "./fault.ts";
import { blackhole } from "../http/blackhole.ts";
import { pause } from "../../support/waiting.ts";

function resolveWith(code: string) {
  return () => Promise.reject(Object.assign(new Error(code), { code }));
}

/** A port of loopback at which nothing listens. */
function closedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/** A server that reads a request, says something, and then sends RST: only node:net can. */
function resetting(text: string): Fault["start"] {
  return async ({ started }) => {
    const server = started.adopt(net.createServer(), (one) => void one.close());
    server.on("connection", (socket) => {
      socket.on("error", () => {});
      socket.once("data", () => {
        // Once the client has taken what was said: RST makes its kernel forget what it has not.
        if (text === "") socket.resetAndDestroy();
        else socket.write(text, () => pause(50).then(() => socket.resetAndDestroy()));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}/` };
  };
}

export const CONNECTION_FAULTS: readonly Fault[] = [
  {
    cause: "has a name that does not exist",
    start: () => ({ url: "http://a.example/", context: { resolve: resolveWith("ENOTFOUND") } }),
    reason: "dns",
    error: /^Cannot connect to a.example:80: no such host$/,
  },
  {
    cause: "has a name server that fails (SERVFAIL)",
    start: () => ({ url: "http://a.example/", context: { resolve: resolveWith("EAI_AGAIN") } }),
    reason: "dns",
    error: /name lookup failed \(EAI_AGAIN\)$/,
  },
  {
    cause: "has a name server that hangs",
    start: ({ started }) => {
      const hung = Promise.withResolvers<string[]>();
      started.defer(() => hung.resolve([]));
      const context = { resolve: () => hung.promise };
      return { url: "http://a.example/", site: SHORT_TIMEOUTS, context };
    },
    reason: "dns",
    error: /the name server did not answer in time$/,
  },
  {
    cause: "does not listen",
    start: () => ({ url: `http://127.0.0.1:${closedPort()}/` }),
    reason: "connect_refused",
    error: /^Cannot connect to 127.0.0.1:\d+: connection refused$/,
  },
  {
    cause: "does not listen by IPv4",
    start: () => ({ url: `http://127.0.0.1:${closedPort()}/`, site: { ipVersion: 4 } }),
    reason: "connect_refused",
    error: /^Cannot connect to 127.0.0.1:\d+: connection refused$/,
  },
  {
    cause: "lets connections vanish",
    start: async ({ started }) => ({ url: `http://127.0.0.1:${await blackhole(started)}/` }),
    reason: "connect_timeout",
    error: /: connection timed out after 0\.3 s$/,
  },
  {
    cause: "hangs up without an answer",
    start: serving(async (conn) => void await readRequest(conn)),
    reason: "reset",
    error: /^connection closed before any response$/,
  },
  {
    cause: "resets the connection",
    start: resetting(""),
    reason: "reset",
    error: /^connection reset$/,
  },
  {
    cause: "resets the connection within its body",
    start: resetting("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"),
    reason: "reset",
    report: { response_code: 200 },
  },
  {
    cause: "has credentials in its url",
    start: ({ started }) => {
      const { port } = started.use(rawServer(answering("HTTP/1.1 401 No\r\n\r\n")));
      return { url: `http://me:s3cret@127.0.0.1:${port}/` };
    },
    reason: "status",
  },
];
