import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { AddressError } from "../../src/runtime/http/listening.ts";
import { within } from "../support/waiting.ts";
import { MadeStore } from "./made_store.ts";
import { served } from "./served.ts";

/** Connects as a reader who sends only this. */
async function connectTo(address: string, request: string): Promise<Deno.Conn> {
  const reader = await Deno.connect({ hostname: "127.0.0.1", port: portOf(address) });
  await reader.write(new TextEncoder().encode(request));
  return reader;
}

function portOf(address: string): number {
  return Number(new URL(address).port);
}

Deno.test("serveWeb() serves until it is stopped, and then lets go of those who watch", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop" });
  const server = served(made.path);
  const page = await (await fetch(server.address)).text();
  match(page, />shop</);
  const events = await fetch(`${server.address}/events`);
  const watched = events.body!.pipeTo(new WritableStream()).catch(() => {});
  await within(60_000, "the end", server.stop());
  await within(60_000, "the end of the events", watched);
});

Deno.test("serveWeb() gives HEAD the length of GET, or none", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop" });
  const server = served(made.path);
  for (const path of ["/api/openapi.json", "/assets/page.css", "/badge/shop.svg", "/events"]) {
    const [head, get] = await Promise.all(
      ["HEAD", "GET"].map((method) =>
        fetch(server.address + path, { method, headers: { "accept-encoding": "identity" } })
      ),
    );
    strictEqual(head!.status, 200);
    strictEqual(head!.headers.get("content-length"), get!.headers.get("content-length"), path);
    await get!.body?.cancel();
    await head!.body?.cancel();
  }
  await within(60_000, "the end", server.stop());
});

const HOSTS: readonly (readonly [host: string, status: number])[] = [
  ["status.example.org", 200],
  ["192.0.2.1:8080", 200],
  ["[2001:db8::1]:8080", 200],
  ["a b", 400],
  ["a/b", 400],
  ["a@b", 400],
  ["a?b", 400],
  ["exa%mple", 400],
  ["x:99999", 400],
  ["[::1", 400],
];

Deno.test("serveWeb() answers 400 to a Host that is none", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop" });
  for (const base of ["", "/status"]) {
    const server = served(made.path, { publicUrl: `https://ops.example.org${base}/` });
    const path = `${base}/sites/shop.atom`;
    for (const [host, status] of HOSTS) {
      const request = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      using reader = await connectTo(server.address, request);
      const bytes = new Uint8Array(12);
      await reader.read(bytes);
      strictEqual(new TextDecoder().decode(bytes), `HTTP/1.1 ${status}`, host);
    }
    await within(60_000, "the end", server.stop());
  }
});

Deno.test("serveWeb() throws AddressError, when the address is taken", async () => {
  await using made = await MadeStore.create();
  const first = served(made.path);
  const port = portOf(first.address);
  throws(() => served(made.path, { listen: { host: "127.0.0.1", port } }), (error) => {
    ok(error instanceof AddressError);
    ok(error.message.startsWith(`cannot listen on "web.listen" 127.0.0.1:${port}: `));
    match(error.message, /; choose another address, or stop the process that uses it$/);
    return true;
  });
  await first.stop();
});

Deno.test("serveWeb() serves many side by side, each with its own reader", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop" });
  const servers = [1, 2, 3].map(() => served(made.path));
  const answers = await Promise.all(servers.map(({ address }) => fetch(`${address}/api/status`)));
  // How long a site is known differs by when each one looked.
  const checked = await Promise.all(answers.map(async (answer) => {
    const { sites: [site] } = await answer.json();
    return site.locations[0].checked_at;
  }));
  strictEqual(typeof checked[0], "number");
  deepStrictEqual(checked, Array(servers.length).fill(checked[0]));
  await Promise.all(servers.map((server) => server.stop()));
});

Deno.test("serveWeb() refuses a connection beyond the most that it may have", async () => {
  await using made = await MadeStore.create();
  const server = served(made.path, { connectionsMax: 1 });
  const events = await fetch(`${server.address}/events`);
  const refused = await fetch(server.address);
  deepStrictEqual([events.status, refused.status], [200, 503]);
  await refused.body?.cancel();
  await events.body?.cancel();
  await within(60_000, "the end", server.stop());
});

Deno.test("serveWeb() keeps half of its connections for pages", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop" });
  const server = served(made.path, { connectionsMax: 2 });
  const events = await fetch(`${server.address}/events`);
  const more = await fetch(`${server.address}/events`);
  await more.body?.cancel();
  const page = await fetch(server.address);
  deepStrictEqual([events.status, more.status, page.status], [200, 503, 200]);
  await page.body?.cancel();
  await events.body?.cancel();
  await within(60_000, "the end", server.stop());
});

Deno.test("serveWeb() stops in time, when a reader sends half a request and waits", async () => {
  await using made = await MadeStore.create();
  const server = served(made.path);
  using _reader = await connectTo(server.address, "GET / HTTP/1.1\r\nHost: x\r\n");
  await within(60_000, "the end", server.stop());
});

// What is left of the connection ends with the thread, which here is the test.
const unsanitized = { sanitizeOps: false, sanitizeResources: false };

Deno.test("serveWeb() stops in time, when a reader takes nothing", unsanitized, async () => {
  await using made = await MadeStore.create();
  await made.add(...Array.from({ length: 3_000 }, (_, index) => ({
    site: `site ${index}`,
    error_text: "x".repeat(1_000),
  })));
  const server = served(made.path);
  using reader = await connectTo(server.address, "GET /api/status HTTP/1.1\r\nHost: x\r\n\r\n");
  await reader.read(new Uint8Array(1));
  await within(60_000, "the end", server.stop());
});
