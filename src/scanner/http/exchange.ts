/** One request and its response over an open connection, within bounds. */
import { type ByteStream, writeAll } from "./byte_stream.ts";
import { BodyBuffer } from "./body_buffer.ts";
import { ContentEncodingError, decodeBody } from "./content_decoding.ts";
import { ResponseError, type ResponseHead, ResponseParser } from "./response_parser.ts";
import type { ReadBuffers } from "./read_buffers.ts";
import type { Stopwatch } from "./stopwatch.ts";
import { VisitError } from "./visit_error.ts";

/** A request that fits a socket's buffer needs no reading beside it, which costs 15 % more CPU. */
const WRITTEN_AT_ONCE_BYTES = 4_096;

/** An encoding may be longer than what it encodes, by its headers and about a hundredth (zlib). */
const ENCODING_OVERHEAD_BYTES = 1_024;

export interface ExchangeOptions {
  /** The whole request. */
  readonly request: Uint8Array;
  readonly method: string;
  /** Decoded bytes of the body that are read. */
  readonly bodyBytesMax: number;
  readonly buffers: ReadBuffers;
  readonly stopwatch: Stopwatch;
  /** Ends the exchange; its owner closes the stream too. */
  readonly signal: AbortSignal;
  /** Called when the head is whole: it is known even when the body never ends. */
  readonly onHead: (head: ResponseHead) => void;
}

/** A response's body, decoded. */
export interface ResponseBody {
  readonly bytes: Uint8Array;
  readonly isTruncated: boolean;
}

/** Sends the request and reads the response; rejects with {@linkcode VisitError} or as the stream. */
export async function exchange(
  stream: ByteStream,
  options: ExchangeOptions,
): Promise<ResponseBody> {
  const { request, stopwatch } = options;
  stopwatch.start("first_byte");
  // A server may answer, and hang up, before it has read the whole request.
  const written = writeAll(stream, request).catch(() => {});
  if (request.length <= WRITTEN_AT_ONCE_BYTES) await written;
  const reading = new Reading(stream, options);
  try {
    return await reading.body();
  } catch (error) {
    if (error instanceof ResponseError) throw new VisitError("protocol", error.message);
    if (error instanceof ContentEncodingError) throw new VisitError("protocol", error.message);
    throw error;
  } finally {
    stopwatch.end();
    stream.close();
    await written;
  }
}

/** A response that is being read. */
class Reading {
  readonly #stream: ByteStream;
  readonly #options: ExchangeOptions;
  readonly #parser: ResponseParser;
  #body: BodyBuffer | undefined;

  constructor(stream: ByteStream, options: ExchangeOptions) {
    this.#stream = stream;
    this.#options = options;
    const onBody = (bytes: Uint8Array) => this.#keep(bytes);
    this.#parser = new ResponseParser({ method: options.method, onBody });
  }

  async body(): Promise<ResponseBody> {
    await this.#options.buffers.lend((buffer) => this.#readAll(buffer));
    const { bodyBytesMax: bytesMax, signal } = this.#options;
    const encoded = this.#body?.bytes ?? new Uint8Array();
    const isCut = this.#body?.isOverfull ?? false;
    const encoding = this.#parser.head!.headers.get("content-encoding") ?? "";
    return await decodeBody(encoded, { encoding, bytesMax, isCut, signal });
  }

  async #readAll(buffer: Uint8Array<ArrayBuffer>): Promise<void> {
    let isFirst = true;
    while (!this.#parser.isComplete && !this.#body?.isOverfull) {
      const count = await this.#stream.read(buffer);
      if (count === null && isFirst) {
        throw new VisitError("reset", "it closed the connection without an answer");
      }
      if (count === null) return this.#parser.finish();
      if (isFirst) this.#options.stopwatch.start("transfer");
      isFirst = false;
      this.#push(buffer.subarray(0, count));
    }
  }

  #push(bytes: Uint8Array): void {
    const hadHead = this.#parser.head !== undefined;
    try {
      this.#parser.push(bytes);
    } finally {
      const { head } = this.#parser;
      if (!hadHead && head !== undefined) this.#options.onHead(head);
    }
  }

  #keep(bytes: Uint8Array): void {
    this.#body ??= new BodyBuffer(this.#encodedBytesMax());
    this.#body.append(bytes);
  }

  #encodedBytesMax(): number {
    const { bodyBytesMax } = this.#options;
    const isEncoded = this.#parser.head?.headers.has("content-encoding") ?? false;
    return isEncoded ? bodyBytesMax + (bodyBytesMax >> 6) + ENCODING_OVERHEAD_BYTES : bodyBytesMax;
  }
}
