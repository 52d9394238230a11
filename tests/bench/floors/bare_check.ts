/** The floor of a check: the sockets of Deno and the parser, and nothing that makes it a check. */
import { Buffer } from "node:buffer";
import { HTTPParser } from "http-parser-js";

export interface BareTarget {
  readonly hostname: string;
  readonly port: number;
  /** PEM text of the authority, when it is TLS. */
  readonly ca?: string;
}

/** Gets one page over a new connection, and throws unless the answer is 200. */
export async function bareCheck({ hostname, port, ca }: BareTarget): Promise<void> {
  const tcp = await Deno.connect({ hostname, port });
  tcp.setNoDelay(true);
  const conn = ca === undefined ? tcp : await Deno.startTls(tcp, { hostname, caCerts: [ca] });
  try {
    await conn.write(REQUEST);
    await readAnswer(conn);
  } finally {
    conn.close();
  }
}

const REQUEST = new TextEncoder().encode(
  "GET / HTTP/1.1\r\nhost: localhost\r\nuser-agent: bare\r\naccept: */*\r\nconnection: close\r\n\r\n",
);

async function readAnswer(conn: Deno.Conn): Promise<void> {
  // The types of the library know neither its callbacks nor that it takes any bytes.
  // deno-lint-ignore no-explicit-any -- see above
  const parser = new HTTPParser(HTTPParser.RESPONSE) as any;
  let status = 0;
  let isComplete = false;
  parser[HTTPParser.kOnHeadersComplete] = (head: { statusCode: number }) => {
    status = head.statusCode;
  };
  parser[HTTPParser.kOnBody] = () => {};
  parser[HTTPParser.kOnMessageComplete] = () => {
    isComplete = true;
  };
  const buffer = new Uint8Array(16_384);
  while (!isComplete) {
    const count = await conn.read(buffer);
    if (count === null) break;
    parser.execute(Buffer.from(buffer.buffer, 0, count));
  }
  if (status !== 200) throw new Error(`expected status 200, got ${status}`);
}
