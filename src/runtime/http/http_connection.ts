/** One connection of an HTTP server: requests one after another, each within its time. */
import { Buffer } from "node:buffer";
import type { Clock } from "../clock.ts";
import type { Timers } from "../shared_timers.ts";
import {
  BadRequestError,
  endOfHead,
  HEAD_BYTES_MAX,
  parseRequestHead,
  type RequestHead,
} from "./request_head.ts";

/** Until a request has come, from the begin of the connection or the end of the last response. */
export const HEAD_MS_MAX = 30_000;
/** Until the client has taken a piece of a response. */
export const WRITE_MS_MAX = 30_000;

/** A body may be as long; the rest of it is not waited for. */
export const BODY_BYTES_MAX = 16 * 1_024 * 1_024;

/** The answer to a request. */
export type Handler = (head: RequestHead, client: Client) => Answer | Promise<Answer>;

export type Answer = Response | ShortAnswer;

/** A response that is all there, for where a Response costs too much: 30 µs. */
export interface ShortAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** In ASCII. */
  readonly text: string;
}

/** Who asks. */
export interface Client {
  readonly remoteAddr: Deno.NetAddr;
  /**
   * The beginning of the request's body, at most `bytesMax`; what follows is read and dropped. Of one
   * that is refused the status to answer with: 411 without a length, 413 above
   * {@linkcode BODY_BYTES_MAX}, 400 when the client has left. Without it, a request with a body is
   * the last of its connection.
   */
  readBody(bytesMax: number): Promise<Uint8Array | 400 | 411 | 413>;
}

const READ_BYTES = 4_096;
const NOTHING = new Uint8Array(0);
const CLOSE: Header = ["connection", "close"];

type Header = readonly [name: string, value: string];

/** Of RFC 9110, section 8.6; a Response of these has no body either. */
const STATUSES_WITHOUT_LENGTH: ReadonlySet<number> = new Set([204, 304]);

export class HttpConnection {
  readonly #conn: Deno.TcpConn;
  readonly #timers: Timers;
  readonly #clock: Clock;
  readonly #buffer = new Uint8Array(READ_BYTES);
  /** Received, and not yet part of a request. */
  #received: Uint8Array = NOTHING;
  #reading: Promise<boolean> | undefined;
  #isIdle = true;
  #isClosed = false;

  constructor(conn: Deno.TcpConn, { timers, clock }: { timers: Timers; clock: Clock }) {
    this.#conn = conn;
    this.#timers = timers;
    this.#clock = clock;
  }

  /** True while it is open and no request is being answered. */
  get isIdle(): boolean {
    return this.#isIdle && !this.#isClosed;
  }

  /** Cuts it off; repeating it is harmless. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#conn.close();
  }

  /** Answers requests until either side ends it, and closes it. It never rejects. */
  async serve(handler: Handler): Promise<void> {
    try {
      for (let isReusable = true; isReusable && !this.#isClosed;) {
        const head = await this.#head();
        if (head === undefined) return;
        this.#isIdle = false;
        isReusable = await this.#answer(head, handler);
        this.#isIdle = true;
      }
    } catch (error) {
      if (error instanceof BadRequestError) await this.refuse(400);
      // Any other is the connection's, which the client or a deadline has ended.
    } finally {
      this.close();
    }
  }

  /** Answers with a status alone, and closes. It never rejects. */
  async refuse(status: number): Promise<void> {
    const text = `HTTP/1.1 ${status} \r\ncontent-length: 0\r\nconnection: close\r\n\r\n`;
    await this.#write(text).catch(() => {});
    this.close();
  }

  /** The next request; undefined when the client has left. */
  async #head(): Promise<RequestHead | undefined> {
    using _deadline = this.#within(HEAD_MS_MAX);
    for (let searched = 0;;) {
      const end = endOfHead(this.#received, searched);
      if (end !== -1) {
        const head = this.#received.subarray(0, end);
        this.#received = this.#received.subarray(end);
        return parseRequestHead(head);
      }
      if (this.#received.length >= HEAD_BYTES_MAX) throw new BadRequestError("head is too long");
      // What has come may end with the beginning of the end, of which two bytes can be seen.
      searched = Math.max(0, this.#received.length - 2);
      if (!await this.#receive()) return undefined;
    }
  }

  /** False when the client sends no more. While a read is pending, others wait for the same one. */
  #receive(): Promise<boolean> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<boolean> {
    const count = await this.#conn.read(this.#buffer);
    if (count === null) return false;
    this.#received = Buffer.concat([this.#received, this.#buffer.subarray(0, count)]);
    return true;
  }

  /** See {@linkcode Client.readBody}. */
  async #readBody({ headers, bodyBytes }: RequestHead, bytesMax: number) {
    if (bodyBytes === undefined) return 411;
    if (bodyBytes > BODY_BYTES_MAX) return 413;
    using _deadline = this.#within(HEAD_MS_MAX);
    const isAsking = headers.get("expect")?.toLowerCase() === "100-continue";
    if (isAsking) await this.#write("HTTP/1.1 100 Continue\r\n\r\n");
    const kept = Buffer.alloc(Math.min(bodyBytes, bytesMax));
    for (let at = 0; at < bodyBytes;) {
      if (this.#received.length === 0 && !await this.#receive()) return 400;
      const piece = this.#received.subarray(0, bodyBytes - at);
      this.#received = this.#received.subarray(piece.length);
      if (at < kept.length) kept.set(piece.subarray(0, kept.length - at), at);
      at += piece.length;
    }
    return kept;
  }

  /** True when another request may follow on this connection. */
  async #answer(head: RequestHead, handler: Handler): Promise<boolean> {
    let isReusable = head.keepsAlive && head.bodyBytes === 0;
    const answer = await handler(head, {
      remoteAddr: this.#conn.remoteAddr,
      readBody: async (bytesMax) => {
        // An error is the connection's, which has ended.
        const body = await this.#readBody(head, bytesMax).catch(() => 400 as const);
        isReusable = head.keepsAlive && typeof body !== "number";
        return body;
      },
    });
    if (answer instanceof Response) return await this.#respond(answer, head, isReusable);
    const { status, headers, text } = answer;
    const begin = this.#begin(status, "", [
      ...Object.entries(headers),
      ["content-length", `${text.length}`],
      ...isReusable ? [] : [CLOSE],
    ]);
    await this.#write(head.method === "HEAD" ? begin : begin + text);
    return isReusable;
  }

  /** Sends a response; true when another request may follow. */
  async #respond(response: Response, { method, takesChunks }: RequestHead, isReusable: boolean) {
    const { status, statusText } = response;
    const isSized = response.headers.has("content-length");
    // A stream costs more than the rest of a short response.
    const body = isSized ? null : response.body;
    const isChunked = body !== null && takesChunks;
    const goesOn = isReusable && (body === null || isChunked);
    const isEmpty = !isSized && body === null && !STATUSES_WITHOUT_LENGTH.has(status);
    const begin = this.#begin(status, statusText, [
      ...response.headers,
      ...goesOn ? [] : [CLOSE],
      ...isEmpty ? [["content-length", "0"] as const] : [],
      ...isChunked ? [["transfer-encoding", "chunked"] as const] : [],
    ]);
    const hasWhole = isSized && method !== "HEAD";
    await this.#write(begin, ...hasWhole ? [await response.bytes()] : []);
    if (body === null) return goesOn;
    if (method === "HEAD") await body.cancel();
    else await this.#stream(body, isChunked);
    return goesOn;
  }

  #begin(status: number, statusText: string, headers: readonly Header[]): string {
    const date = new Date(this.#clock.nowMicros() / 1_000).toUTCString();
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    return `HTTP/1.1 ${status} ${statusText}\r\ndate: ${date}\r\n${lines}\r\n`;
  }

  /** Sends a body as it comes, until it ends or the client has left. */
  async #stream(body: ReadableStream<Uint8Array>, isChunked: boolean): Promise<void> {
    const reader = body.getReader();
    const cancel = () => void reader.cancel().catch(() => {});
    this.#receive().then((isThere) => isThere || cancel(), cancel);
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        const { value } = next;
        if (value.length === 0) continue;
        const length = `${value.length.toString(16)}\r\n`;
        await (isChunked ? this.#write(length, value, "\r\n") : this.#write(value));
      }
      if (isChunked) await this.#write("0\r\n\r\n");
    } finally {
      cancel();
    }
  }

  async #write(...parts: readonly (string | Uint8Array)[]): Promise<void> {
    // Latin-1, as headers are; chunk lengths are ASCII.
    const [first = NOTHING, ...others] = parts
      .map((part) => typeof part === "string" ? Buffer.from(part, "latin1") : part);
    const bytes = others.length === 0 ? first : Buffer.concat([first, ...others]);
    using _deadline = this.#within(WRITE_MS_MAX);
    for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
  }

  /** Closes the connection when the time is up. */
  #within(ms: number): Disposable {
    return { [Symbol.dispose]: this.#timers.after(ms, () => this.close()) };
  }
}
