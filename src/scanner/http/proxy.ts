/** The way through an HTTP proxy: a tunnel for https, credentials for both. */
import type { ByteStream } from "./byte_stream.ts";
import { basicAuthorization } from "./request.ts";
import { ResponseError, ResponseParser } from "./response_parser.ts";
import { VisitError } from "./visit_error.ts";

export interface Tunnel {
  readonly proxy: URL;
  /** `host:port` of the site. */
  readonly target: string;
}

/**
 * Asks the proxy for a connection to the target, after which the stream is the target's.
 * Rejects with {@linkcode VisitError} when the proxy refuses.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-connect
 */
export async function openTunnel(stream: ByteStream, { proxy, target }: Tunnel): Promise<void> {
  const authorization = basicAuthorization(proxy);
  const lines = [`CONNECT ${target} HTTP/1.1`, `host: ${target}`];
  if (authorization !== undefined) lines.push(`proxy-authorization: ${authorization}`);
  await stream.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
  const status = await readStatus(stream);
  if (status >= 200 && status < 300) return;
  throw new VisitError("proxy", `the proxy answered ${status}`);
}

async function readStatus(stream: ByteStream): Promise<number> {
  const parser = new ResponseParser("CONNECT", 0);
  // One byte at a time: what follows the head belongs to TLS.
  const buffer = new Uint8Array(1);
  try {
    while (parser.head === undefined) {
      const count = await stream.read(buffer);
      if (count === null) throw new VisitError("proxy", "the proxy closed the connection");
      parser.push(buffer, count);
    }
  } catch (error) {
    if (!(error instanceof ResponseError)) throw error;
    throw new VisitError("proxy", "the proxy did not answer in HTTP", { cause: error });
  }
  return parser.head.status;
}
