/** A receiver on loopback: it takes what its vendor takes, and fails as it is told to. */
import { rawServer } from "../../scanner/http/raw_server.ts";
import { serveLocally } from "../../support/local_server.ts";
import type { Received, Vendor } from "./vendors.ts";

/** What it does with its next request; `take` for all that is not told. */
export type Mood =
  | "take"
  | { readonly status: number; readonly headers?: HeadersInit; readonly body?: string };

export interface FakeReceiver extends AsyncDisposable {
  readonly origin: string;
  /** What it took. */
  readonly taken: readonly Received[];
  /** What it refused by its vendor's rules, and why. */
  readonly problems: readonly string[];
  /** How many requests came. */
  readonly count: number;
  /** What the next requests meet, the first first. */
  behave(...moods: Mood[]): void;
}

export function fakeReceiver(vendor: Vendor): FakeReceiver {
  const [taken, problems, moods]: [Received[], string[], Mood[]] = [[], [], []];
  let count = 0;
  const server = serveLocally(async (request) => {
    const { pathname, search } = new URL(request.url);
    const body = await request.text();
    const received = {
      path: pathname + search,
      headers: Object.fromEntries(request.headers),
      body,
    };
    count++;
    const mood = moods.shift() ?? "take";
    if (mood !== "take") {
      const { status, headers = {}, body = "" } = mood;
      return new Response(body || null, { status, headers });
    }
    const problem = request.method === "POST" ? vendor.problem(received) : "method is not POST";
    if (problem !== undefined) {
      problems.push(problem);
      return new Response(problem, { status: 400 });
    }
    taken.push(received);
    return new Response(vendor.answer || null, { status: vendor.status });
  });
  return {
    ...{ origin: server.origin, taken, problems },
    get count() {
      return count;
    },
    behave: (...more) => void moods.push(...more),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Takes every request whole and then cuts the connection, or with `hangs` never answers. */
export function silentReceiver({ hangs }: { readonly hangs: boolean }) {
  const requests: string[] = [];
  const arrived = Promise.withResolvers<void>();
  const server = rawServer(async (conn) => {
    const buffer = new Uint8Array(65_536);
    let text = "";
    while (!/"\}?$|\}$/.test(text)) {
      const length = await conn.read(buffer);
      if (length === null) return;
      text += new TextDecoder().decode(buffer.subarray(0, length));
    }
    requests.push(text);
    arrived.resolve();
    // Until the client leaves.
    while (hangs && await conn.read(buffer) !== null);
  });
  return {
    origin: `http://127.0.0.1:${server.port}`,
    requests,
    arrived: arrived.promise,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
