/** Name servers on loopback that do exactly what a test tells them to, however wrong. */
import { Buffer } from "node:buffer";
import { type Behaviour, type RawServer, rawServer } from "../http/raw_server.ts";

/** What a server sends for a query over UDP. */
export type Replies = (query: Buffer, asked: number) => Iterable<Uint8Array | Elsewhere>;

/** A datagram that comes from another port. */
export interface Elsewhere {
  readonly elsewhere: Uint8Array;
}

/** Serves UDP, and TCP on the same port where a behavior is given. */
export function nameServer(replies: Replies, overTcp?: Behaviour, hostname = "127.0.0.1") {
  const [socket, tcp] = listen(hostname, overTcp);
  const other = bind(hostname);
  const { port } = socket.addr as Deno.NetAddr;
  let asked = 0;
  const serving = (async () => {
    for await (const [query, from] of socket) {
      for (const reply of replies(Buffer.from(query), ++asked)) {
        if ("elsewhere" in reply) await other.send(reply.elsewhere, from);
        else await socket.send(reply, from);
      }
    }
  })();
  return {
    port,
    /** Queries over UDP that arrived. */
    get asked() {
      return asked;
    },
    async [Symbol.asyncDispose]() {
      socket.close();
      other.close();
      await serving;
      await tcp?.[Symbol.asyncDispose]();
    },
  };
}

/** Others may have a port of TCP whose number is free for UDP. */
function listen(hostname: string, overTcp?: Behaviour): [Deno.DatagramConn, RawServer?] {
  for (let attempts = 1;; attempts++) {
    const socket = bind(hostname);
    const { port } = socket.addr as Deno.NetAddr;
    try {
      return overTcp === undefined ? [socket] : [socket, rawServer(overTcp, { hostname, port })];
    } catch (error) {
      socket.close();
      if (!(error instanceof Deno.errors.AddrInUse) || attempts === 10) throw error;
    }
  }
}

function bind(hostname: string): Deno.DatagramConn {
  return Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
}

export interface ReplyParts {
  /** Beside that of an answer. */
  readonly flags?: number;
  readonly answers?: readonly Uint8Array[];
  readonly additional?: readonly Uint8Array[];
}

/** The answer to a query, with these records. */
export function replyTo(
  query: Buffer,
  { flags = 0, answers = [], additional = [] }: ReplyParts = {},
): Buffer {
  const counts = [1, answers.length, 0, additional.length];
  const question = query.subarray(12, query.length - 11);
  const header = [query.readUInt16BE(0), 0x8000 | flags, ...counts];
  return Buffer.concat([uint16(...header), question, ...answers, ...additional]);
}

export const uint16 = (...numbers: number[]) =>
  Buffer.from(numbers.flatMap((number) => [number >> 8, number & 0xff]));

/** Points to the name of the question. */
export const QNAME = uint16(0xc00c);

/** A record, by default of the name that was asked for. */
export function record(
  type: number,
  data: Uint8Array,
  { name = QNAME, ttl = 300, dnsClass = 1 }: {
    readonly name?: Uint8Array;
    readonly ttl?: number;
    readonly dnsClass?: number;
  } = {},
): Buffer {
  const seconds = [Math.floor(ttl / 65_536), ttl % 65_536];
  return Buffer.concat([name, uint16(type, dnsClass, ...seconds, data.length), data]);
}

/** `192.0.2.1` */
export const ADDRESS = Buffer.of(192, 0, 2, 1);

/** Sends a message over TCP for the query that comes. */
export function overTcp(reply: (query: Buffer) => Uint8Array): Behaviour {
  return async (conn) => {
    const query = await readMessage(conn);
    const bytes = reply(query);
    await conn.write(Buffer.concat([uint16(bytes.length), bytes]));
  };
}

/** The next message over TCP. */
export async function readMessage(conn: Deno.Conn): Promise<Buffer> {
  const buffer = Buffer.alloc(4_096);
  let length = 0;
  while (length < 2 || length < 2 + buffer.readUInt16BE(0)) {
    length += await conn.read(buffer.subarray(length)) ?? NaN;
    if (Number.isNaN(length)) throw new Error("closed within a message");
  }
  return buffer.subarray(2, length);
}
