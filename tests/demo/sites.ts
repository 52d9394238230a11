/** The sites that the demo watches: small servers on loopback, each with a fate of its own. */

/** Sites that answer until they are stopped. */
export interface DemoSites {
  /** Configuration of `sitemon run` that watches them. */
  readonly configuration: string;
  stop(): Promise<void>;
}

/** Starts them on a free port; the status page is to be on `pagePort`. */
export function startDemoSites(folder: string, pagePort: number): DemoSites {
  let visits = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    switch (new URL(request.url).pathname) {
      case "/shop":
        return new Response("<h1>Open all night</h1>");
      case "/forum":
        return new Response("out of order", { status: 500 });
      case "/blog":
        return new Response("<h1>Database error</h1>");
      case "/flapping":
        return new Response("now and then", { status: visits++ % 6 < 3 ? 200 : 503 });
      case "/old":
        return Response.redirect(new URL("/shop", request.url));
      default:
        return new Response("nothing here", { status: 404 });
    }
  });
  const origin = `http://127.0.0.1:${server.addr.port}`;
  return {
    configuration: configuration(origin, { folder, pagePort }),
    stop: () => server.shutdown(),
  };
}

function configuration(
  origin: string,
  { folder, pagePort }: { readonly folder: string; readonly pagePort: number },
): string {
  return `interval: 1s
defaults: { timeout: 3s }
outbox: { path: ${folder}/outbox.db }
store: { path: ${folder}/status.db }
web: { listen: 127.0.0.1:${pagePort}, title: Demo }
sites:
  - { name: shop, url: '${origin}/shop', pattern: 'Open', labels: { team: shop } }
  - { name: moved shop, url: '${origin}/old', labels: { team: shop } }
  - { name: blog, url: '${origin}/blog', pattern: 'Latest posts', labels: { team: press } }
  - { name: forum, url: '${origin}/forum', labels: { team: press } }
  - { name: now and then, url: '${origin}/flapping', labels: { team: cellar } }
  - { name: nobody home, url: 'http://127.0.0.1:1/', labels: { team: cellar } }
`;
}
