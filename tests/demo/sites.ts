/** The sites that the demo watches: small servers on loopback, each with a fate of its own. */
import type { PastSite } from "../web/made_past.ts";

/** Sites that answer until they are stopped. */
export interface DemoSites {
  /** As a past is made up for them. */
  readonly watched: readonly PastSite[];
  /** Configuration of `sitemon run` that watches them. */
  readonly configuration: string;
  /** What the demo's own receiver was told by alerts, the newest last. */
  readonly told: readonly string[];
  stop(): Promise<void>;
}

/** Starts them on a free port; the status page is to be on `pagePort`. */
export function startDemoSites(folder: string, pagePort: number): DemoSites {
  let visits = 0;
  const told: string[] = [];
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server = Deno.serve(options, async (request) => {
    switch (new URL(request.url).pathname) {
      case "/told": {
        const { alerts } = await request.json() as Told;
        const time = new Date().toISOString().slice(11, 19);
        for (const { annotations } of alerts) told.push(`${time} ${annotations.summary}`);
        return new Response();
      }
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
  const sites = watchedSites(origin);
  return {
    watched: sites.map(({ name, url, team }) => ({ site: name, url, labels: { team } })),
    configuration: configuration(sites, { folder, origin, pagePort }),
    told,
    stop: () => server.shutdown(),
  };
}

/** The part of a webhook's body that is shown. */
interface Told {
  readonly alerts: readonly { readonly annotations: { readonly summary: string } }[];
}

/** Of a site: what is expected of it, and whose it is. */
interface WatchedSite {
  readonly name: string;
  readonly url: string;
  readonly team: string;
  readonly pattern?: string;
}

function watchedSites(origin: string): WatchedSite[] {
  return [
    { name: "nobody home", url: "http://127.0.0.1:1/", team: "cellar" },
    { name: "now and then", url: `${origin}/flapping`, team: "cellar" },
    { name: "blog", url: `${origin}/blog`, team: "press", pattern: "Latest posts" },
    { name: "forum", url: `${origin}/forum`, team: "press" },
    { name: "moved shop", url: `${origin}/old`, team: "shop" },
    { name: "shop", url: `${origin}/shop`, team: "shop", pattern: "Open" },
  ];
}

function configuration(
  sites: readonly WatchedSite[],
  { folder, origin, pagePort }: {
    readonly folder: string;
    readonly origin: string;
    readonly pagePort: number;
  },
): string {
  const lines = sites.map(({ name, url, team, pattern }) => {
    const expected = pattern === undefined ? "" : ` pattern: '${pattern}',`;
    return `  - { name: ${name}, url: '${url}',${expected} labels: { team: ${team} } }\n`;
  });
  return `interval: 1s
defaults: { timeout: 3s }
outbox: { path: ${folder}/outbox.db }
store: { path: ${folder}/status.db }
web: { listen: 127.0.0.1:${pagePort}, title: Demo }
alerts: { channels: { terminal: { webhook: { url: '${origin}/told' } } }, group_wait: 1s }
sites:
${lines.join("")}`;
}
