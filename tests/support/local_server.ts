/** A web server of a test's own on loopback, on a free port unless one is named. */

export interface LocalServer extends AsyncDisposable {
  readonly port: number;
  readonly origin: string;
}

export function serveLocally(
  handler: Deno.ServeHandler<Deno.NetAddr>,
  options: { readonly port?: number } & Partial<Deno.TlsCertifiedKeyPem> = {},
): LocalServer {
  const { cert, key, port = 0 } = options;
  const address = { hostname: "127.0.0.1", port, onListen: () => {} };
  const server = cert !== undefined && key !== undefined
    ? Deno.serve({ ...address, cert, key }, handler)
    : Deno.serve(address, handler);
  return {
    port: server.addr.port,
    origin: `http${cert === undefined ? "" : "s"}://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
