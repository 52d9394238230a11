// Goal: what the chaos suite calls a fault of the network is one.
import { ok, rejects, strictEqual } from "node:assert/strict";
import { within } from "../../support/waiting.ts";
import { TcpProxy } from "./tcp_proxy.ts";

const DEADLINE_MS = 60_000;

/** A server that says back what it hears, behind a proxy. */
class Echo implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #serving = this.#serve();
  readonly proxy = new TcpProxy((this.#listener.addr as Deno.NetAddr).port);

  connect(): Promise<Deno.TcpConn> {
    return Deno.connect({ hostname: "127.0.0.1", port: this.proxy.port });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.proxy[Symbol.asyncDispose]();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const echoes: Promise<void>[] = [];
    for await (const client of this.#listener) {
      echoes.push(client.readable.pipeTo(client.writable).catch(() => {}));
    }
    await Promise.all(echoes);
  }
}

function say(client: Deno.Conn, text: string): Promise<number> {
  return client.write(new TextEncoder().encode(text));
}

/** Says something, and hears it back. */
async function talk(client: Deno.Conn): Promise<void> {
  await say(client, "hello");
  strictEqual(await hear(client), "hello");
}

/** What is heard next; "" when the connection has ended. */
async function hear(client: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(1_000);
  const count = await within(DEADLINE_MS, "an answer", client.read(buffer)).catch((error) => {
    if (error instanceof Deno.errors.ConnectionReset) return null;
    throw error;
  });
  return new TextDecoder().decode(buffer.subarray(0, count ?? 0));
}

Deno.test("TcpProxy ends what is connected and welcomes what comes next, when it cuts", async () => {
  await using echo = new Echo();
  using cut = await echo.connect();
  await talk(cut);
  echo.proxy.cut();
  strictEqual(await hear(cut), "");
  using next = await echo.connect();
  await talk(next);
});

Deno.test("TcpProxy ends a connection at what its client says, after so many pieces", async () => {
  await using echo = new Echo();
  using cut = await echo.connect();
  echo.proxy.change({ kind: "cutting", pieces: 1 });
  await talk(cut);
  await say(cut, "after");
  strictEqual(await hear(cut), "");
});

Deno.test("TcpProxy holds bytes back while it is silent, and loses none", async () => {
  await using echo = new Echo();
  using client = await echo.connect();
  await talk(client);
  echo.proxy.change({ kind: "silent" });
  await say(client, "during");
  const heard = hear(client);
  // Also a connection that is made meanwhile is accepted and hears nothing.
  using other = await echo.connect();
  await say(other, "other");
  await rejects(within(100, "an answer", Promise.race([heard, hear(other)])), /not within/);
  echo.proxy.change({ kind: "fair" });
  strictEqual(await heard, "during");
});

Deno.test("TcpProxy refuses connections and ends old ones while it is refusing", async () => {
  await using echo = new Echo();
  using client = await echo.connect();
  await talk(client);
  echo.proxy.change({ kind: "refusing" });
  strictEqual(await hear(client), "");
  await rejects(() => echo.connect(), Deno.errors.ConnectionRefused);
  echo.proxy.change({ kind: "fair" });
  using next = await echo.connect();
  await talk(next);
});

Deno.test("TcpProxy passes small pieces on, each after a while, when it is slow", async () => {
  const DELAY_MS = 20;
  await using echo = new Echo();
  echo.proxy.change({ kind: "slow", delayMs: DELAY_MS, pieceBytesMax: 2 });
  const startMs = performance.now();
  using client = await echo.connect();
  await say(client, "slowly");
  const pieces: string[] = [];
  while (pieces.join("").length < "slowly".length) pieces.push(await hear(client));
  strictEqual(pieces.join(""), "slowly");
  ok(performance.now() - startMs >= 4 * DELAY_MS, "one to connect, three there, the last one back");
});
