/**
 * Parses one HTTP/1 response from a server that may be hostile.
 *
 * http-parser-js is fast and lenient. This refuses what it misreads: chunk sizes that are no numbers
 * (a negative one makes it loop for ever), lengths that are none, headers with NUL, endless framing.
 */
import { Buffer } from "node:buffer";
import { HTTPParser } from "http-parser-js";

/** Status lines, headers, chunk heads and trailers of one response: bytes that are not its body. */
export const FRAMING_BYTES_MAX = 65_536;

/** Framing that a chunked body may have beyond that: a chunk of one byte takes five more. */
const FRAMING_BYTES_PER_BODY_BYTE = 8;

/** The head of a response. */
export interface ResponseHead {
  readonly status: number;
  /** `1.0` or `1.1`. */
  readonly httpVersion: string;
  /** Names in lower case; values that come twice are joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
}

/** Thrown for a response that is not HTTP; its message says what is wrong with it. */
export class ResponseError extends Error {
  override readonly name = "ResponseError";
}

/** The members of HTTPParser that its types hide or get wrong. */
interface LenientParser {
  state: string;
  execute(chunk: Uint8Array): number | Error;
  finish(): Error | undefined;
  consumeLine(): string | undefined;
  [callback: number]: unknown;
}

interface LenientHead {
  readonly statusCode: number;
  readonly versionMajor: number;
  readonly versionMinor: number;
  readonly headers: readonly string[];
}

const LenientParserBase = HTTPParser as unknown as new (type: string) => LenientParser;

// By default it drops the high bit of each byte, and with it every name that is not ASCII.
HTTPParser.encoding = "latin1";

export interface ResponseParserOptions {
  /** The request's: an answer to HEAD has no body. */
  readonly method: string;
  /** Gets views of the bytes that were pushed. */
  readonly onBody: (bytes: Uint8Array) => void;
}

/**
 * Has the library's callbacks as methods. Functions that are assigned to its properties would be
 * among V8's old objects from the start, and keep all of a finished check with them.
 */
class StrictParser extends LenientParserBase {
  readonly #options: ResponseParserOptions;
  head: ResponseHead | undefined;
  isComplete = false;
  bodyBytes = 0;

  constructor(options: ResponseParserOptions) {
    super(HTTPParser.RESPONSE);
    this.#options = options;
  }

  /** Returns true for a response without a body. */
  [HTTPParser.kOnHeadersComplete](head: LenientHead): boolean {
    if (this.isComplete) throw new ResponseError("a second response follows");
    const parsed = responseHead(head);
    // Interim answers (100, 103) come before the one that counts.
    const isInterim = parsed.status < 200 && parsed.status !== 101;
    if (!isInterim) this.head = parsed;
    return isInterim || this.#options.method === "HEAD" || [204, 304].includes(parsed.status);
  }

  [HTTPParser.kOnBody](bytes: Uint8Array): void {
    this.bodyBytes += bytes.length;
    this.#options.onBody(bytes);
  }

  [HTTPParser.kOnMessageComplete](): void {
    this.isComplete = this.head !== undefined;
  }

  override consumeLine(): string | undefined {
    const line = super.consumeLine();
    if (line === undefined) return undefined;
    if (this.state === "BODY_CHUNKHEAD" && !/^[0-9a-f]{1,12}[ \t]*(;|$)/i.test(line)) {
      throw new ResponseError("a chunk of its body has no size");
    }
    if (line.includes("\0")) throw new ResponseError("a line of its header holds a NUL");
    // On a line of many spaces the library's expressions take quadratic time. What ends the header
    // is an empty line, not one of spaces.
    return line.trimEnd() || line.slice(0, 1);
  }
}

/** Takes the bytes of one response. */
export class ResponseParser {
  readonly #parser: StrictParser;
  #bytes = 0;

  constructor(options: ResponseParserOptions) {
    this.#parser = new StrictParser(options);
  }

  /** The head, once it is whole. */
  get head(): ResponseHead | undefined {
    return this.#parser.head;
  }

  /** True when the whole response was taken. */
  get isComplete(): boolean {
    return this.#parser.isComplete;
  }

  /** Takes bytes, keeping none of them; throws {@linkcode ResponseError}. */
  push(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const result = this.#execute(buffer);
    // What comes after a whole response is nobody's business.
    if (this.isComplete) return;
    if (result instanceof ResponseError) throw result;
    if (result instanceof Error) throw new ResponseError(problemOf(this.head), { cause: result });
    const { bodyBytes } = this.#parser;
    const framing = this.#bytes - bodyBytes;
    if (framing > FRAMING_BYTES_MAX + FRAMING_BYTES_PER_BODY_BYTE * bodyBytes) {
      throw new ResponseError(`its header is longer than ${FRAMING_BYTES_MAX} bytes`);
    }
  }

  /** Takes the end of the connection; throws {@linkcode ResponseError} when it comes too early. */
  finish(): void {
    if (this.isComplete) return;
    if (this.head === undefined) throw new ResponseError("it ended within its header");
    if (this.#parser.finish() !== undefined || !this.isComplete) {
      throw new ResponseError("it ended before its body was whole");
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
}

function problemOf(head: ResponseHead | undefined): string {
  return head === undefined ? "it is not HTTP" : "its body is framed wrongly";
}

function responseHead(head: LenientHead): ResponseHead {
  const httpVersion = `${head.versionMajor}.${head.versionMinor}`;
  // Another major version has another grammar: RFC 9110, section 2.5.
  if (head.versionMajor !== 1) {
    throw new ResponseError(`it speaks HTTP/${httpVersion}, not HTTP/1.1`);
  }
  const headers = headerMap(head.headers);
  const encoding = headers.get("transfer-encoding")?.toLowerCase();
  if (encoding !== undefined && encoding !== "chunked" && encoding !== "identity") {
    throw new ResponseError("its transfer-encoding is not supported");
  }
  return { status: head.statusCode, httpVersion, headers };
}

function headerMap(pairs: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const name = pairs[at]!.toLowerCase();
    const before = headers.get(name);
    const value = pairs[at + 1]!;
    if (name === "content-length" && !/^\d{1,15}$/.test(value)) {
      throw new ResponseError("its content-length is no number");
    }
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}
