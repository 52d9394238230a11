/** One request and its response over an open connection, within bounds. */
import type { CheckRun } from "../check_run.ts";
import type { ByteStream } from "../connection/byte_stream.ts";
import { ContentEncodingError, decodeBody } from "./content_decoding.ts";
import { brokenOff, VisitError } from "../connection/failure.ts";
import type { ReadBuffers } from "../connection/read_buffers.ts";
import { ResponseError, ResponseParser } from "./response_parser.ts";
import type { HttpVisit } from "./http_visit.ts";

/** A request that fits a socket's buffer needs no reading beside it, which costs 15 % more CPU. */
const WRITTEN_AT_ONCE_BYTES = 4_096;

/**
 * Sends the request, and reads the response into the visit: its head as soon as that is whole, since
 * it is known even when the body never ends. Rejects with {@linkcode VisitError}. The stream is
 * closed when the run is over, which ends every wait here.
 */
export async function exchange(
  stream: ByteStream,
  request: Uint8Array,
  { visit, readBuffers, run }: {
    readonly visit: HttpVisit;
    readonly readBuffers: ReadBuffers;
    readonly run: CheckRun;
  },
): Promise<void> {
  const parser = new ResponseParser(visit.plan.method, visit.plan.bodyBytesMax);
  const buffer = readBuffers.take();
  visit.startPhase("first_byte");
  // A server may answer, and hang up, before it has read the whole request.
  const writing = stream.write(request).catch(ignored);
  try {
    if (request.length <= WRITTEN_AT_ONCE_BYTES) await writing;
    while (!parser.isComplete && !parser.isOverfull) {
      const count = await stream.read(buffer);
      if (count !== null && !parser.hasBegun) visit.startPhase("transfer");
      receive(buffer, count, { parser, visit });
    }
    const { body, isOverfull: isCut } = parser;
    const encoding = visit.head?.headers.get("content-encoding");
    if (encoding === undefined) {
      visit.body = body;
      visit.isTruncated = isCut;
    } else {
      const options = { encoding, bytesMax: visit.plan.bodyBytesMax, isCut, signal: run.signal };
      Object.assign(visit, await decodeBody(body, options));
    }
  } catch (error) {
    throw exchangeError(error, visit, run);
  } finally {
    readBuffers.giveBack(buffer);
    if (request.length > WRITTEN_AT_ONCE_BYTES) {
      stream.close();
      await writing;
    }
  }
}

function ignored(): void {}

/** Takes what a read brought: `count` bytes, or the end of the connection. */
function receive(
  buffer: Uint8Array,
  count: number | null,
  { parser, visit }: { readonly parser: ResponseParser; readonly visit: HttpVisit },
): void {
  if (count === null && !parser.hasBegun) {
    throw new VisitError("reset", "connection closed before any response");
  }
  try {
    if (count === null) parser.finish();
    else parser.push(buffer, count);
  } finally {
    visit.head = parser.head;
  }
}

/** The report's words for an exchange that broke off. */
function exchangeError(error: unknown, { head }: HttpVisit, run: CheckRun): VisitError {
  if (run.isOver) {
    const wait = head === undefined ? "waiting for response headers" : "reading the response body";
    const text = `timed out after ${run.timeoutMs / 1_000} s ${wait}`;
    return new VisitError("timeout", text, { cause: error });
  }
  if (error instanceof VisitError) return error;
  if (error instanceof ResponseError || error instanceof ContentEncodingError) {
    return new VisitError("protocol", error.message, { cause: error });
  }
  const { reason, detail } = brokenOff(error);
  return new VisitError(reason, detail, { cause: error });
}
