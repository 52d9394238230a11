/** Servers that follow a script of bytes, and then speak TLS as a server of Deno's. */
import { Buffer } from "node:buffer";
import type { Certificate } from "../../support/certificates.ts";
import { pause } from "../../support/waiting.ts";
import { type Behaviour, rawServer, send, untilClosed } from "../http/raw_server.ts";

/** What is written, or `[text]` that must be read before the script goes on; characters are bytes. */
export type Line = string | readonly [string];

/** Plays the script on a connection, and keeps it open. */
export function playing(...script: readonly Line[]): Behaviour {
  return async (conn) => {
    await play(conn, script);
    await untilClosed(conn);
  };
}

/** Sends the text again and again, with a pause between. */
export function trickling(text: string, everyMs: number): Behaviour {
  return async (conn) => {
    while (true) {
      await send(conn, text);
      await pause(everyMs);
    }
  };
}

/** A server that plays the script, and then another one over TLS. */
export function startTlsServer(
  script: readonly Line[],
  certificate: Certificate,
  ...inside: readonly Line[]
) {
  const tls = rawServer(playing(...inside), { tls: certificate });
  const plain = rawServer(async (conn) => {
    await play(conn, script);
    const to = await Deno.connect({ hostname: "127.0.0.1", port: tls.port });
    await Promise.allSettled([
      conn.readable.pipeTo(to.writable),
      to.readable.pipeTo(conn.writable),
    ]);
  });
  return {
    port: plain.port,
    async [Symbol.asyncDispose]() {
      await plain[Symbol.asyncDispose]();
      await tls[Symbol.asyncDispose]();
    },
  };
}

async function play(conn: Deno.Conn, script: readonly Line[]): Promise<void> {
  for (const line of script) {
    if (typeof line === "string") await conn.write(Buffer.from(line, "latin1"));
    else await readText(conn, line[0]);
  }
}

async function readText(conn: Deno.Conn, expected: string): Promise<void> {
  const buffer = new Uint8Array(1);
  for (let text = ""; text !== expected;) {
    const isOver = await conn.read(buffer) === null || text.length >= expected.length;
    if (isOver) throw new Error(`read ${JSON.stringify(text)}`);
    text += Buffer.from(buffer).toString("latin1");
  }
}
