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
  /** Whole lines, each with its end. */
  readonly headers: string;
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

/** What connections share. */
export interface HttpConnectionOptions {
  readonly timers: Timers;
  readonly clock: Clock;
  /** Lent to one read after another, since making one costs as much; at most one a connection. */
  readonly buffers: Uint8Array[];
  readonly handler: Handler;
  /** What is answered when the handler fails, by another error than BadRequestError. */
  readonly onFault: (error: unknown) => Answer;
}

const READ_BYTES = 4_096;
const NOTHING = new Uint8Array(0);
const CLOSE = "connection: close\r\n";

/** Of RFC 9110, section 8.6; a Response of these has no body either. */
const STATUSES_WITHOUT_LENGTH: ReadonlySet<number> = new Set([204, 304]);

export class HttpConnection implements Client {
  readonly #conn: Deno.TcpConn;
  readonly #options: HttpConnectionOptions;
  /** Received, and not yet part of a request. */
  #received: Uint8Array = NOTHING;
  #reading: Promise<boolean> | undefined;
  /** The request that is being answered. */
  #head: RequestHead | undefined;
  /** True when another request may follow it. */
  #isReusable = true;
  #isClosed = false;
  /** When it is cut off, unless what is waited for has come. */
  #endMs = Infinity;
  /** When the only timer looks at that. */
  #timerMs = Infinity;
  #cancelTimer = () => {};

  constructor(conn: Deno.TcpConn, options: HttpConnectionOptions) {
    this.#conn = conn;
    this.#options = options;
  }

  get remoteAddr(): Deno.NetAddr {
    return this.#conn.remoteAddr;
  }

  /** True while it is open and no request is being answered. */
  get isIdle(): boolean {
    return this.#head === undefined && !this.#isClosed;
  }

  /** Cuts it off; repeating it is harmless. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelTimer();
    this.#conn.close();
  }

  /** Answers requests until either side ends it, and closes it. It never rejects. */
  async serve(): Promise<void> {
    try {
      while (this.#isReusable && !this.#isClosed) {
        this.#head = await this.#nextHead();
        if (this.#head === undefined) return;
        await this.#answer(this.#head);
        this.#head = undefined;
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

  /** See {@linkcode Client.readBody}. */
  async readBody(bytesMax: number): Promise<Uint8Array | 400 | 411 | 413> {
    const { keepsAlive, bodyBytes } = this.#head!;
    this.#isReusable = false;
    if (bodyBytes === undefined) return 411;
    if (bodyBytes > BODY_BYTES_MAX) return 413;
    // An error is the connection's, which has ended.
    const body = bodyBytes === 0 ? NOTHING : await this.#body(bodyBytes, bytesMax).catch(() => {});
    if (body === undefined) return 400;
    this.#isReusable = keepsAlive;
    return body;
  }

  /** The next request; undefined when the client has left. */
  async #nextHead(): Promise<RequestHead | undefined> {
    this.#endWithin(HEAD_MS_MAX);
    for (let searched = 0;;) {
      const end = endOfHead(this.#received, searched);
      if (end !== -1) {
        const head = this.#received.subarray(0, end);
        this.#received = this.#received.subarray(end);
        this.#endMs = Infinity;
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
    return this.#reading ??= this.#read();
  }

  async #read(): Promise<boolean> {
    const { buffers } = this.#options;
    const buffer = buffers.pop() ?? new Uint8Array(READ_BYTES);
    try {
      const count = await this.#conn.read(buffer);
      if (count === null) return false;
      this.#received = Buffer.concat([this.#received, buffer.subarray(0, count)]);
      return true;
    } finally {
      buffers.push(buffer);
      this.#reading = undefined;
    }
  }

  /** The beginning of a body; undefined when the client has left. */
  async #body(bodyBytes: number, bytesMax: number): Promise<Uint8Array | undefined> {
    const isAsking = this.#head!.headers.get("expect")?.toLowerCase() === "100-continue";
    if (isAsking) await this.#write("HTTP/1.1 100 Continue\r\n\r\n");
    this.#endWithin(HEAD_MS_MAX);
    const kept = Buffer.alloc(Math.min(bodyBytes, bytesMax));
    for (let at = 0; at < bodyBytes;) {
      if (this.#received.length === 0 && !await this.#receive()) return undefined;
      const piece = this.#received.subarray(0, bodyBytes - at);
      this.#received = this.#received.subarray(piece.length);
      if (at < kept.length) kept.set(piece.subarray(0, kept.length - at), at);
      at += piece.length;
    }
    this.#endMs = Infinity;
    return kept;
  }

  async #answer(head: RequestHead): Promise<void> {
    this.#isReusable = head.keepsAlive && head.bodyBytes === 0;
    const { handler, onFault } = this.#options;
    let answer: Answer;
    try {
      answer = await handler(head, this);
    } catch (error) {
      if (error instanceof BadRequestError) throw error;
      answer = onFault(error);
    }
    if (answer instanceof Response) return await this.#respond(answer, head);
    const { status, headers, text } = answer;
    const begin = this.#begin(status, "", `${headers}content-length: ${text.length}\r\n`);
    await this.#write(head.method === "HEAD" ? begin : begin + text);
  }

  async #respond(response: Response, { method, takesChunks }: RequestHead): Promise<void> {
    const { status, statusText } = response;
    // A head and its body may be two writes, of which the second would wait 40 ms for the first.
    this.#conn.setNoDelay();
    const isSized = response.headers.has("content-length");
    // A stream costs more than the rest of a short response.
    const body = isSized ? null : response.body;
    const isChunked = body !== null && takesChunks;
    this.#isReusable &&= body === null || isChunked;
    let lines = "";
    for (const [name, value] of response.headers) lines += `${name}: ${value}\r\n`;
    const isEmpty = !isSized && body === null && !STATUSES_WITHOUT_LENGTH.has(status);
    if (isEmpty) lines += "content-length: 0\r\n";
    if (isChunked) lines += "transfer-encoding: chunked\r\n";
    const begin = this.#begin(status, statusText, lines);
    if (isSized && method !== "HEAD") await this.#write(begin, await response.bytes());
    else await this.#write(begin);
    if (body === null) return;
    if (method === "HEAD") await body.cancel();
    else await this.#stream(body, isChunked);
  }

  #begin(status: number, statusText: string, lines: string): string {
    const date = new Date(this.#options.clock.nowMicros() / 1_000).toUTCString();
    const close = this.#isReusable ? "" : CLOSE;
    return `HTTP/1.1 ${status} ${statusText}\r\ndate: ${date}\r\n${lines}${close}\r\n`;
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
    this.#endWithin(WRITE_MS_MAX);
    for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
    this.#endMs = Infinity;
  }

  /**
   * Closes the connection in `ms`, unless `#endMs` is set anew. Nearly all of these ends are: the one
   * timer that they share is left to run, and looks again.
   */
  #endWithin(ms: number): void {
    this.#endMs = this.#options.timers.monotonicMs() + ms;
    if (this.#endMs < this.#timerMs) this.#lookIn(ms);
  }

  #lookIn(ms: number): void {
    this.#cancelTimer();
    this.#timerMs = this.#endMs;
    this.#cancelTimer = this.#options.timers.after(ms, () => {
      this.#timerMs = Infinity;
      const leftMs = this.#endMs - this.#options.timers.monotonicMs();
      if (leftMs <= 0) this.close();
      else if (leftMs < Infinity) this.#lookIn(leftMs);
    });
  }
}
