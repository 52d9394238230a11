/** One HTTP request of a channel and its response: bounded in time and bytes, following no redirect. */
import { Buffer } from "node:buffer";
import http from "node:http";
import type { Socket } from "node:net";
import type { SiteTls } from "../config/site.ts";
import { onAbort } from "../runtime/deadline.ts";

/** What is kept of a response: enough for a vendor's reason. */
export const ANSWER_BYTES_MAX = 4_096;
/** Of all headers of a response, as a web server's own default. */
const HEADER_BYTES_MAX = 16_384;

/** A request to a receiver. */
export interface ChannelRequest {
  readonly method: "GET" | "POST" | "PUT";
  /** A secret with most vendors. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly tls?: SiteTls;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** At most {@linkcode ANSWER_BYTES_MAX} bytes of it, as text. From a stranger: escape it. */
  readonly body: string;
}

/** One exchange on a connection that is then at its end. Rejects with the system's errors. */
export async function exchange(
  url: URL,
  { method, headers, body }: ChannelRequest,
  { socket, signal }: { readonly socket: Socket; readonly signal: AbortSignal },
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  using _ = onAbort(signal, () => socket.destroy());
  const sent = http.request(url, {
    method,
    headers: { ...headers, connection: "close" },
    protocol: "http:",
    maxHeaderSize: HEADER_BYTES_MAX,
    createConnection: () => socket,
  });
  sent.on("response", resolve).on("error", reject);
  socket.once("close", () => reject(new Deno.errors.ConnectionReset("closed by the peer")));
  sent.end(body);
  const response = await promise;
  return {
    status: response.statusCode ?? 0,
    headers: response.headers as Answer["headers"],
    body: await beginningOf(response),
  };
}

/** What a response that is cut off had said is enough. */
async function beginningOf(response: http.IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= ANSWER_BYTES_MAX) break;
    }
  } catch {
    // The status decides.
  }
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, ANSWER_BYTES_MAX));
}
