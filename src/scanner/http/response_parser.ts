/**
 * Parses one HTTP/1 response from a server that may be hostile.
 *
 * http-parser-js is fast and lenient. This refuses what it misreads: chunk sizes that are not
 * numbers (a negative one makes it loop forever), invalid lengths, headers with NUL, endless framing.
 */
import { Buffer } from "node:buffer";
import { HTTPParser } from "http-parser-js";
import { BodyBuffer } from "../connection/body_buffer.ts";
import { encodedBytesMax } from "./content_decoding.ts";

/** Status lines, headers, chunk heads and trailers of one response: bytes that are not its body. */
export const FRAMING_BYTES_MAX = 65_536;

/** Framing that a chunked body may have beyond that: a chunk of one byte takes five more. */
const FRAMING_BYTES_PER_BODY_BYTE = 8;

/** Interim responses (1xx) before the final one: a server has one or two of them to send. */
export const INTERIM_RESPONSES_MAX = 100;

/** A frame of HTTP/2 begins with so many bytes. */
const FRAME_HEADER_BYTES = 9;
/** The frames that a server may begin with or refuse with: SETTINGS and GOAWAY. */
const FIRST_FRAMES = [4, 7];

/** One length, which fits a number; it may be repeated (RFC 9110, section 8.6). */
const CONTENT_LENGTH = /^\d{1,15}$/;

/** A status line as far as its status code: three digits; some servers forget the space after them. */
const STATUS_LINE = /^HTTP\/\d\.\d [1-9]\d\d(?!\d)/;

const NO_BYTES = new Uint8Array();

/** The headers of a response. A `Map` of names in lower case is one too. */
export interface Headers extends Iterable<readonly [name: string, value: string]> {
  /** By its name in lower case; of a header that came twice the values are joined by a comma. */
  get(name: string): string | undefined;
}

/** The head of a response. */
export interface ResponseHead {
  readonly status: number;
  /** `1.0` or `1.1`. */
  readonly httpVersion: string;
  readonly headers: Headers;
}

/** Thrown for a response that is not HTTP; its message is the report's. */
export class ResponseError extends Error {
  override readonly name = "ResponseError";
}

/** The members of HTTPParser that its types hide or get wrong. */
interface LenientParser {
  state: string;
  /** Bytes of the body that are still to come. */
  body_bytes: number | null;
  execute(chunk: Uint8Array): number | Error;
  finish(): Error | undefined;
  consumeLine(): string | undefined;
  [callback: number]: unknown;
}

type LenientHead =
  & {
    readonly [key in "statusCode" | "versionMajor" | "versionMinor"]: number;
  }
  & { readonly headers: readonly string[] };

const LenientParserBase = HTTPParser as unknown as new (type: string) => LenientParser;

// By default it drops the high bit of each byte, and with it every name that is not ASCII.
HTTPParser.encoding = "latin1";

/**
 * Has the library's callbacks as methods. Functions that are assigned to its properties would be
 * among V8's old objects from the start, and keep all of a finished check with them.
 */
class StrictParser extends LenientParserBase {
  readonly #method: string;
  readonly #bodyBytesMax: number;
  head: ResponseHead | undefined;
  isComplete = false;
  body: BodyBuffer | undefined;
  bodyBytes = 0;
  #interims = 0;

  constructor(method: string, bodyBytesMax: number) {
    super(HTTPParser.RESPONSE);
    this.#method = method;
    this.#bodyBytesMax = bodyBytesMax;
  }

  /** Returns true for a response without a body. */
  [HTTPParser.kOnHeadersComplete](head: LenientHead): boolean {
    if (this.isComplete) throw new ResponseError("a second response follows the first");
    const parsed = responseHead(head);
    const isInterim = parsed.status < 200 && parsed.status !== 101;
    if (isInterim && ++this.#interims > INTERIM_RESPONSES_MAX) {
      const what = `interim responses (status ${parsed.status})`;
      throw new ResponseError(`more than ${INTERIM_RESPONSES_MAX} ${what} before the final one`);
    }
    if (!isInterim) this.head = parsed;
    // What follows is another protocol's, and nobody has asked for one: RFC 9110, section 15.2.2.
    if (parsed.status === 101) {
      throw new ResponseError("protocol switched without a request for it");
    }
    const length = lengthOf(parsed.headers);
    // Where one line lists a length more than once, the library has none.
    if (this.body_bytes !== null && length !== undefined) this.body_bytes = length;
    return isInterim || this.#method === "HEAD" || parsed.status === 204 || parsed.status === 304;
  }

  [HTTPParser.kOnBody](bytes: Uint8Array): void {
    this.bodyBytes += bytes.length;
    this.body ??= new BodyBuffer(this.#encodedBytesMax());
    this.body.append(bytes);
  }

  #encodedBytesMax(): number {
    const isEncoded = this.head?.headers.get("content-encoding") !== undefined;
    return isEncoded ? encodedBytesMax(this.#bodyBytesMax) : this.#bodyBytesMax;
  }

  [HTTPParser.kOnMessageComplete](): void {
    this.isComplete = this.head !== undefined;
  }

  override consumeLine(): string | undefined {
    const line = super.consumeLine();
    if (line === undefined) return undefined;
    if (this.state === "BODY_CHUNKHEAD" && !/^0*[0-9a-f]{1,12}[ \t]*(;|$)/i.test(line)) {
      throw new ResponseError("invalid chunk size in the response body");
    }
    if (this.state === "RESPONSE_LINE") requireStatusCode(line);
    if (line.includes("\0")) throw new ResponseError("NUL byte in the response headers");
    // On a line of many spaces the library's expressions take quadratic time. What ends the header
    // is an empty line, not one of spaces.
    return line.trimEnd() || line.slice(0, 1);
  }
}

/** Takes the bytes of one response, and keeps its head and its body up to a limit. */
export class ResponseParser {
  readonly #parser: StrictParser;
  #bytes = 0;
  /** A copy of the first bytes, as long as they are too few to tell a frame of HTTP/2. */
  #beginning: Buffer | undefined;

  /** An answer to the method HEAD has no body; `bodyBytesMax` counts decoded bytes. */
  constructor(method: string, bodyBytesMax: number) {
    this.#parser = new StrictParser(method, bodyBytesMax);
  }

  /** True once a byte has come. */
  get hasBegun(): boolean {
    return this.#bytes > 0;
  }

  /** The head, once it is whole. */
  get head(): ResponseHead | undefined {
    return this.#parser.head;
  }

  /** True when the whole response was taken. */
  get isComplete(): boolean {
    return this.#parser.isComplete;
  }

  /** True when the body has more than may be kept. */
  get isOverfull(): boolean {
    return this.#parser.body?.isOverfull ?? false;
  }

  /** What was kept of the body, still encoded. */
  get body(): Uint8Array {
    return this.#parser.body?.bytes ?? NO_BYTES;
  }

  /** Takes the first `count` bytes, keeping no view of them; throws {@linkcode ResponseError}. */
  push(bytes: Uint8Array, count = bytes.length): void {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, count);
    if (this.#bytes < FRAME_HEADER_BYTES) this.#refuseHttp2(buffer);
    this.#bytes += count;
    const result = this.#execute(buffer);
    // What comes after a whole response is not read.
    if (this.isComplete) return;
    if (result instanceof ResponseError) throw result;
    if (result instanceof Error) {
      throw new ResponseError(this.#problemOf(result), { cause: result });
    }
    const { bodyBytes } = this.#parser;
    if (this.#bytes - bodyBytes > FRAMING_BYTES_MAX + FRAMING_BYTES_PER_BODY_BYTE * bodyBytes) {
      throw new ResponseError(`response headers exceed ${FRAMING_BYTES_MAX} bytes`);
    }
  }

  /** Takes the end of the connection; throws {@linkcode ResponseError} when it comes too early. */
  finish(): void {
    if (this.isComplete) return;
    if (this.head === undefined) {
      throw new ResponseError("connection closed within the response headers");
    }
    if (this.#parser.finish() !== undefined || !this.isComplete) {
      throw new ResponseError("connection closed before the end of the response body");
    }
  }

  /** Called with the first bytes, before anything looks for a line in them. */
  #refuseHttp2(buffer: Buffer): void {
    const { hasBegun } = this;
    const beginning = hasBegun ? Buffer.concat([this.#beginning!, buffer]) : buffer;
    if (isHttp2(beginning)) throw new ResponseError("the server speaks HTTP/2 only");
    if (beginning.length < FRAME_HEADER_BYTES) {
      this.#beginning = hasBegun ? beginning : Buffer.from(beginning);
    }
  }

  #execute(buffer: Uint8Array): number | Error {
    try {
      return this.#parser.execute(buffer);
    } catch (error) {
      // Thrown by its callbacks.
      return error as Error;
    }
  }

  #problemOf(error: Error & { readonly code?: string }): string {
    if (error.code === "HPE_UNEXPECTED_CONTENT_LENGTH") return "conflicting Content-Length headers";
    return this.head === undefined ? "not an HTTP response" : "malformed chunked body";
  }
}

/** True for a server's first frame of HTTP/2, on stream 0 (RFC 9113, sections 3.4 and 4.1). */
function isHttp2(bytes: Uint8Array): boolean {
  return bytes.length >= FRAME_HEADER_BYTES && bytes[0] === 0 && FIRST_FRAMES.includes(bytes[3]!) &&
    (bytes[4]! & 0xfe) === 0 && bytes.subarray(5, FRAME_HEADER_BYTES).every((byte) => byte === 0);
}

/** The library takes the first three digits of any number, and 099 for an interim response. */
function requireStatusCode(line: string): void {
  if (STATUS_LINE.test(line)) return;
  const [, code] = /^HTTP\/\d\.\d (\S*)/.exec(line) ?? [];
  if (code !== undefined) throw new ResponseError(`invalid status code "${code}"`);
}

/** The one length that a response's headers give it. */
function lengthOf(headers: Headers): number | undefined {
  const text = headers.get("content-length");
  if (text === undefined) return undefined;
  if (CONTENT_LENGTH.test(text)) return Number(text);
  const lengths = text.split(",").map((one) => one.trim());
  if (!lengths.every((one) => CONTENT_LENGTH.test(one))) {
    throw new ResponseError("invalid Content-Length header");
  }
  const distinct = new Set(lengths.map(Number));
  if (distinct.size > 1) throw new ResponseError("conflicting Content-Length headers");
  return Number(lengths[0]);
}

/** The values of a header that may come more than once, by its name in lower case. */
export function valuesOf(headers: Headers, name: string): string[] {
  return [...headers].filter(([other]) => other === name).map(([, value]) => value);
}

function responseHead(head: LenientHead): ResponseHead {
  const { versionMajor, versionMinor } = head;
  // Another major version has another grammar: RFC 9110, section 2.5.
  if (versionMajor !== 1) {
    throw new ResponseError(`unsupported protocol HTTP/${versionMajor}.${versionMinor}`);
  }
  const headers = new ResponseHeaders(head.headers);
  const encoding = headers.get("transfer-encoding")?.toLowerCase();
  if (encoding !== undefined && encoding !== "chunked" && encoding !== "identity") {
    throw new ResponseError(`unsupported Transfer-Encoding "${encoding}"`);
  }
  const httpVersion = versionMinor === 1 ? "1.1" : `1.${versionMinor}`;
  return { status: head.statusCode, httpVersion, headers };
}

/** Headers as a parser lists them. Most checks look up three of them, for which a map costs more. */
class ResponseHeaders implements Headers {
  readonly #pairs: readonly string[];

  /** Takes names and values by turns. */
  constructor(pairs: readonly string[]) {
    this.#pairs = pairs;
  }

  get(name: string): string | undefined {
    let joined: string | undefined;
    for (let at = 0; at + 1 < this.#pairs.length; at += 2) {
      const other = this.#pairs[at]!;
      if (other.length !== name.length || other.toLowerCase() !== name) continue;
      const value = this.#pairs[at + 1]!;
      joined = joined === undefined ? value : `${joined}, ${value}`;
    }
    return joined;
  }

  *[Symbol.iterator](): Iterator<readonly [name: string, value: string]> {
    for (let at = 0; at + 1 < this.#pairs.length; at += 2) {
      yield [this.#pairs[at]!.toLowerCase(), this.#pairs[at + 1]!];
    }
  }
}
