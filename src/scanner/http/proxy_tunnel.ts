/** A connection through an http proxy, on which TLS is spoken. */
import type { ByteStream } from "../connection/byte_stream.ts";
import { VisitError } from "../connection/failure.ts";
import { basicAuthorization } from "./authorization.ts";
import { ResponseError, ResponseParser } from "./response_parser.ts";

/**
 * Asks the proxy for a connection to `host:port`, after which the stream leads there.
 * Rejects with {@linkcode VisitError} when the proxy refuses.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-connect
 */
export async function openTunnel(stream: ByteStream, proxy: URL, target: string): Promise<void> {
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
