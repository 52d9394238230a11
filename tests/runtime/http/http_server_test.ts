import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  BODY_BYTES_MAX,
  type Handler,
  HEAD_MS_MAX,
  WRITE_MS_MAX,
} from "../../../src/runtime/http/http_connection.ts";
import { acceptState, HttpServer } from "../../../src/runtime/http/http_server.ts";
import { HEAD_BYTES_MAX } from "../../../src/runtime/http/request_head.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { eventually, within } from "../../support/waiting.ts";

const DEADLINE_MS = 30_000;
const GET = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

class Served implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly server: HttpServer;

  refused = 0;

  constructor(handler: Handler, connectionsMax = 10) {
    const listen = { host: "127.0.0.1", port: 0 };
    const { clock } = this;
    const onRefused = () => this.refused++;
    this.server = new HttpServer({ listen, connectionsMax, handler, clock, onRefused });
  }

  get port(): number {
    return Number(new URL(this.server.address).port);
  }

  connect(): Promise<Client> {
    return Client.to(this.port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stopped = this.server.stop(0);
    this.clock.advance(1);
    await stopped;
  }
}

/** A client that sends and reads bytes as they are. */
class Client implements Disposable {
  readonly #conn: Deno.TcpConn;
  #said = "";

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  static async to(port: number): Promise<Client> {
    return new Client(await Deno.connect({ port, hostname: "127.0.0.1" }));
  }

  async send(text: string): Promise<void> {
    await this.#conn.write(new TextEncoder().encode(text));
  }

  /** Reads until the text has come, and returns all of it so far. */
  async until(text: string): Promise<string> {
    while (!this.#said.includes(text)) {
      const more = await this.#read();
      if (more === undefined) throw new Error(`ended after ${JSON.stringify(this.#said)}`);
    }
    const said = this.#said;
    this.#said = "";
    return said;
  }

  /** Everything until the server closes. */
  async rest(): Promise<string> {
    while (await this.#read() !== undefined);
    return this.#said;
  }

  async #read(): Promise<number | undefined> {
    const buffer = new Uint8Array(65_536);
    const reading = this.#conn.read(buffer).catch(() => null);
    const count = await within(DEADLINE_MS, "bytes", reading);
    if (count === null) return undefined;
    this.#said += new TextDecoder().decode(buffer.subarray(0, count));
    return count;
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }
}

/** Of a body that the handler gives piece by piece. */
function streamed(...pieces: string[]): Response {
  return new Response(ReadableStream.from(pieces.map((piece) => new TextEncoder().encode(piece))));
}

Deno.test("HttpServer answers several requests on one connection, however they arrive", async () => {
  await using served = new Served(({ target }) => new Response(target));
  using client = await served.connect();
  const requests = ["/a", "/b"].map((path) => GET.replace("/", path)).join("");
  await client.send(requests.slice(0, 10));
  await client.send(requests.slice(10));
  match(
    await client.until("/b\r\n0\r\n\r\n"),
    /^HTTP\/1.1 200.*2\r\n\/a\r\n0\r\n\r\nHTTP\/1.1 200.*2\r\n\/b\r\n0/s,
  );
});

const RESPONSES: [what: string, request: string, handler: Handler, response: RegExp][] = [
  [
    "a stream in chunks",
    GET,
    () => streamed("ab", "", "c"),
    /chunked\r\nconnection: close\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n$/,
  ],
  [
    "HTTP/1.0 without chunks",
    "GET / HTTP/1.0\r\n\r\n",
    () => streamed("ab", "c"),
    /connection: close\r\n\r\nabc$/,
  ],
  [
    "HEAD without a body",
    GET.replace("GET", "HEAD"),
    () => new Response("abc"),
    /^HTTP[^]*\r\n\r\n$/,
  ],
  [
    "304 without a length",
    GET,
    () => new Response(null, { status: 304 }),
    /^HTTP\/1.1 304(?![^]*content-length)/,
  ],
  [
    "204 without a length",
    GET,
    () => new Response(null, { status: 204 }),
    /^HTTP\/1.1 204(?![^]*content-length)/,
  ],
  [
    "a short answer with its length",
    GET,
    () => ({ status: 404, headers: "allow: GET\r\n", text: "abc" }),
    /^HTTP\/1.1 404 .*allow: GET\r\ncontent-length: 3\r\nconnection: close\r\n\r\nabc$/s,
  ],
  [
    "a short answer to HEAD without its text",
    GET.replace("GET", "HEAD"),
    () => ({ status: 200, headers: "", text: "abc" }),
    /^HTTP\/1.1 200 .*content-length: 3\r\n.*\r\n\r\n$/s,
  ],
  [
    "400 for a head that Request refuses",
    GET.replace("Host: h", "Host: h:99999"),
    ({ request }) => new Response(request.url),
    /^HTTP\/1.1 400/,
  ],
  ["no body with length 0", GET, () => new Response(null), /content-length: 0\r\n/],
  ["500 for a handler that throws", GET, () => Promise.reject(new Error("bug")), /^HTTP\/1.1 500/],
  ["400 for what is no request", "HELO me\r\n\r\n", () => new Response(), /^HTTP\/1.1 400/],
  [
    "400 for a head without an end",
    "x".repeat(HEAD_BYTES_MAX),
    () => new Response(),
    /^HTTP\/1.1 400/,
  ],
];

for (const [what, request, handler, response] of RESPONSES) {
  Deno.test(`HttpServer sends ${what}`, async () => {
    await using served = new Served(handler);
    using client = await served.connect();
    await client.send(request.replace("Host: h\r\n", "Host: h\r\nConnection: close\r\n"));
    match(await client.rest(), response);
  });
}

/** Answers with what it keeps of a body, or with the status that refuses it. */
const echo: Handler = async (_request, client) => {
  const body = await client.readBody(4);
  if (typeof body === "number") return new Response(null, { status: body });
  return new Response(`<${new TextDecoder().decode(body)}>`);
};

function post(length: string, body: string): string {
  return `POST / HTTP/1.1\r\nHost: h\r\n${length}\r\n\r\n${body}`;
}

Deno.test("readBody() keeps the beginning of a body, reads the rest, and the connection goes on", async () => {
  await using served = new Served(echo);
  using client = await served.connect();
  const long = `abcdefgh${"x".repeat(100_000)}`;
  await client.send(post(`Content-Length: ${long.length}`, long) + post("Content-Length: 2", "ij"));
  match(await client.until("<ij>"), /<abcd>[^]*200[^]*<ij>/);
  await client.send(post("Content-Length: 3\r\nExpect: 100-continue", ""));
  await client.until("HTTP/1.1 100 Continue\r\n\r\n");
  await client.send("klm");
  await client.until("<klm>");
  await client.send(GET);
  await client.until("<>");
});

const REFUSED_BODIES: [what: string, length: string, status: number][] = [
  ["in chunks", "Transfer-Encoding: chunked", 411],
  ["above the bound", `Content-Length: ${BODY_BYTES_MAX + 1}`, 413],
];

for (const [what, length, status] of REFUSED_BODIES) {
  Deno.test(`readBody() answers ${status} to a body ${what}, and the connection ends`, async () => {
    await using served = new Served(echo);
    using client = await served.connect();
    await client.send(post(length, ""));
    match(await client.rest(), new RegExp(`^HTTP/1.1 ${status} .*connection: close`, "s"));
  });
}

Deno.test("readBody() ends with a client that sends no more, and with one that is too slow", async () => {
  const bodies: unknown[] = [];
  let asked = 0;
  await using served = new Served(async (_request, client) => {
    const reading = client.readBody(4);
    asked++;
    bodies.push(await reading);
    return new Response();
  });
  {
    using client = await served.connect();
    await client.send(post("Content-Length: 10", "abc"));
    await eventually(DEADLINE_MS, "its request", () => asked === 1 || undefined);
  }
  await eventually(DEADLINE_MS, "its end", () => bodies.length === 1 || undefined);
  using slow = await served.connect();
  await slow.send(post("Content-Length: 10", "abc"));
  await eventually(DEADLINE_MS, "another request", () => asked === 2 || undefined);
  served.clock.advance(HEAD_MS_MAX);
  strictEqual(await slow.rest(), "");
  await eventually(DEADLINE_MS, "its end", () => bodies.length === 2 || undefined);
  deepStrictEqual(bodies, [400, 400]);
});

Deno.test("HttpServer answers 500 where its handler throws, and goes on", async () => {
  let isBroken = true;
  await using served = new Served(() => {
    if (isBroken) throw new Error("a fault of the handler");
    return new Response("well");
  });
  using client = await served.connect();
  await client.send(GET);
  match(await client.until("\r\n\r\n"), /^HTTP\/1\.1 500 /);
  isBroken = false;
  await client.send(GET);
  match(await client.until("well"), /^HTTP\/1\.1 200 /);
});

Deno.test("HttpServer closes a connection whose request does not come in time", async () => {
  await using served = new Served(() => new Response("hello"));
  using silent = await served.connect();
  using slow = await served.connect();
  await slow.send("GET / HT");
  using kept = await served.connect();
  await kept.send(GET);
  await kept.until("hello\r\n0\r\n\r\n");
  let rests: string[] | undefined;
  const ended = Promise.all([silent, slow, kept].map((client) => client.rest()));
  ended.then((all) => rests = all);
  // As often as one of them begins to wait.
  await eventually(DEADLINE_MS, "their end", () => {
    served.clock.advance(HEAD_MS_MAX);
    return rests;
  });
  deepStrictEqual(rests, ["", "", ""]);
});

Deno.test("HttpServer gives each request of a connection the whole time", async () => {
  await using served = new Served(() => new Response("hello"));
  using client = await served.connect();
  for (let requests = 0; requests < 3; requests++) {
    await client.send(GET);
    await client.until("hello\r\n0\r\n\r\n");
    served.clock.advance(HEAD_MS_MAX - 1_000);
  }
});

Deno.test("HttpServer cuts off a client that takes nothing of its response", async () => {
  let pulls = 0;
  const endless = () =>
    new Response(
      new ReadableStream({
        pull(stream) {
          pulls++;
          stream.enqueue(new Uint8Array(1_000_000));
        },
      }),
    );
  await using served = new Served(endless);
  using client = await served.connect();
  await client.send(GET);
  // What the kernel keeps for both sides is full when the same write waits for long.
  let looks = 0;
  let before = 0;
  await eventually(DEADLINE_MS, "a write that waits", () => {
    looks = pulls > 0 && pulls === before ? looks + 1 : 0;
    before = pulls;
    return looks > 20 || undefined;
  });
  served.clock.advance(WRITE_MS_MAX);
  match(await client.rest(), /^HTTP\/1.1 200/);
});

Deno.test("HttpServer ends a stream when its client leaves", async () => {
  const left = Promise.withResolvers<void>();
  await using served = new Served(() =>
    new Response(
      new ReadableStream({
        start: (stream) => stream.enqueue(new TextEncoder().encode("first")),
        cancel: () => left.resolve(),
      }),
    )
  );
  {
    using client = await served.connect();
    await client.send(GET);
    await client.until("first");
  }
  await within(DEADLINE_MS, "the end of the stream", left.promise);
});

Deno.test("HttpServer makes room by closing an idle connection, and refuses where none is", async () => {
  const held = Promise.withResolvers<void>();
  let asked = 0;
  await using served = new Served(async () => {
    asked++;
    await held.promise;
    return new Response("late");
  }, 2);
  using idle = await served.connect();
  using first = await served.connect();
  await first.send(GET);
  using second = await served.connect();
  await second.send(GET);
  strictEqual(await idle.rest(), "");
  await eventually(DEADLINE_MS, "two requests", () => asked === 2 || undefined);
  using third = await served.connect();
  match(await third.rest(), /^HTTP\/1.1 503/);
  strictEqual(served.refused, 1);
  held.resolve();
  await first.until("late");
  await second.until("late");
});

Deno.test("HttpServer goes on, when the process has run out of file descriptors", async () => {
  const child = fileURLToPath(new URL("./serving_child.ts", import.meta.url));
  const command = new Deno.Command("/bin/bash", {
    args: ["-c", 'ulimit -n 64 && exec "$0" "$@"', Deno.execPath(), "run", "-q", "-A", child],
    stdout: "piped",
    stderr: "null",
  });
  await using process = command.spawn();
  const said: string[] = [];
  const reading = (async () => {
    for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) said.push(text);
  })();
  const says = (text: RegExp) =>
    eventually(DEADLINE_MS, `${text}`, () => text.exec(said.join(""))?.[0]);
  const address = await says(/^http\S+/);
  const port = Number(new URL(address).port);
  const crowd = await Promise.all(Array.from({ length: 100 }, () => Client.to(port)));
  await says(/trouble: Too many open files/);
  for (const client of crowd) client[Symbol.dispose]();
  strictEqual(await (await fetch(address)).text(), "served");
  await says(/accepts again/);
  process.kill();
  await reading;
});

Deno.test("HttpServer throws where the address is taken", async () => {
  await using served = new Served(() => new Response());
  throws(
    () =>
      new HttpServer({
        listen: { host: "127.0.0.1", port: served.port },
        connectionsMax: 1,
        handler: () => new Response(),
        clock: served.clock,
      }),
    Deno.errors.AddrInUse,
  );
});

Deno.test("acceptState() is what readiness says", () => {
  deepStrictEqual(acceptState(undefined), { ok: true });
  const { ok, reason, detail } = acceptState("Too many open files");
  deepStrictEqual([ok, reason], [false, "accept"]);
  match(detail!, /raise the limit of open files/);
});
