/**
 * The head of a request as a client sends it, of any client: read strictly, and of bounded size.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112
 */
import { Buffer } from "node:buffer";

/** The request line and all headers; browsers and proxies send a tenth of it. */
export const HEAD_BYTES_MAX = 16_384;

/** A request, and what its connection may be used for after it. */
export interface RequestHead {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** By names in lower case; those of one name are joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
  /** All of it. It is made when somebody asks, since it takes more than the rest: 25 µs. */
  readonly request: Request;
  /** False when the client closes after it. */
  readonly keepsAlive: boolean;
  /** Bytes that follow the head; undefined when the client does not say how many. */
  readonly bodyBytes: number | undefined;
  /** False for HTTP/1.0, as nginx speaks to what it stands before: a body ends with the connection. */
  readonly takesChunks: boolean;
}

/** Thrown for what is not a request of HTTP/1.1 or 1.0. */
export class BadRequestError extends Error {
  override readonly name = "BadRequestError";
}

/** Deno's Request takes time by the square of them: a second for a head full (2.9.6). */
export const HEADERS_MAX = 100;
/** Spaces and tabs in a row: likewise, where Deno's Headers removes some from around a value. */
export const BLANKS_MAX = 256;

const TOO_MANY_BLANKS = new RegExp(`(?<![ \\t])[ \\t]{${BLANKS_MAX + 1}}`);
const REQUEST_LINE = /(?:\r?\n)*([A-Z]{1,16}) (\/\S*) HTTP\/1\.([01])\r?\n/y;
const HEADER_LINE = /([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\0\r\n]*)\r?\n/y;
/** Of the line that ends a head. */
const EMPTY_LINE_LENGTH_MAX = 2;
const LENGTH = /^\d{1,15}$/;
const HOST = /^[\w.-]+(?::\d{1,5})?$|^\[[0-9A-Fa-f:.]+\](?::\d{1,5})?$/;

/**
 * Where a head ends in the bytes, after its empty line; -1 when it is not complete. Its end does not
 * begin before `from`.
 */
export function endOfHead(bytes: Uint8Array, from = 0): number {
  for (let at = bytes.indexOf(LF, from); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return -1;
}

const LF = 10;
const CR = 13;

/** Throws {@linkcode BadRequestError}, as the `request` of what it returns may. */
export function parseRequestHead(bytes: Uint8Array): RequestHead {
  // Not by TextDecoder, whose latin1 is windows-1252.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  if (text.length > BLANKS_MAX && TOO_MANY_BLANKS.test(text)) {
    throw new BadRequestError("too many blanks in a row");
  }
  REQUEST_LINE.lastIndex = 0;
  const [, method, target, minor] = REQUEST_LINE.exec(text) ?? [];
  if (method === undefined) throw new BadRequestError("no request line of HTTP/1");
  const headers = headersOf(text, REQUEST_LINE.lastIndex);
  const host = headers.get("host") ?? (minor === "0" ? "localhost" : "");
  if (!HOST.test(host)) throw new BadRequestError("no valid Host");
  const options = headers.get("connection")?.toLowerCase().split(",").map((it) => it.trim()) ?? [];
  const length = headers.get("content-length") ?? "0";
  if (!LENGTH.test(length)) throw new BadRequestError("no valid Content-Length");
  return {
    method,
    target: target!,
    headers,
    get request() {
      return requestOf(`http://${host}${target}`, { method, headers: [...headers] });
    },
    keepsAlive: minor === "1" ? !options.includes("close") : options.includes("keep-alive"),
    bodyBytes: headers.has("transfer-encoding") ? undefined : Number(length),
    takesChunks: minor === "1",
  };
}

/** Of the lines of a head from `start` on. */
function headersOf(text: string, start: number): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  HEADER_LINE.lastIndex = start;
  for (let count = 0; text.length - HEADER_LINE.lastIndex > EMPTY_LINE_LENGTH_MAX; count++) {
    if (count === HEADERS_MAX) throw new BadRequestError("too many headers");
    const [, name, value] = HEADER_LINE.exec(text) ?? [];
    if (name === undefined) throw new BadRequestError("no valid header");
    const key = name.toLowerCase();
    const before = headers.get(key);
    const own = withoutLastBlanks(value!);
    headers.set(key, before === undefined ? own : `${before}, ${own}`);
  }
  return headers;
}

/** trimEnd() also removes 0xa0, with which a character of UTF-8 may end. */
function withoutLastBlanks(value: string): string {
  let { length } = value;
  while (value[length - 1] === " " || value[length - 1] === "\t") length--;
  return value.slice(0, length);
}

/** Without the bytes, hosts and methods that Headers, URL and Request refuse. */
function requestOf(url: string, init: RequestInit): Request {
  try {
    return new Request(url, init);
  } catch (error) {
    throw error instanceof TypeError ? new BadRequestError(error.message, { cause: error }) : error;
  }
}
