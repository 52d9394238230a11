/** One query to a name server and its answer: over UDP, or over TCP (RFC 7766). */
import { Buffer } from "node:buffer";
import type { CheckContext } from "../check_context.ts";
import type { CheckRun } from "../check_run.ts";
import { BodyBuffer } from "../connection/body_buffer.ts";
import type { ByteStream } from "../connection/byte_stream.ts";
import { connectionError } from "../connection/connection.ts";
import { brokenOff, failureOf, VisitError } from "../connection/failure.ts";
import type { Visit } from "../connection/visit.ts";
import type { Datagrams } from "./datagrams.ts";
import { isAnswerTo } from "./dns_message.ts";

/** Bytes of an answer over UDP; servers are asked for fewer. */
export const UDP_BYTES_MAX = 4_096;

/** Datagrams of one query that are no answer to it, before it is given up. */
export const STRAYS_MAX = 100;

/** Until a query is sent again, twice as long each time: a datagram may get lost. */
const RESEND_MS = 1_000;

/** What one exchange is made with. */
export interface Exchange {
  readonly query: Buffer;
  readonly visit: Visit;
  readonly context: Pick<CheckContext, "timers" | "readBuffers">;
  readonly run: CheckRun;
}

/**
 * Asks over UDP, again and again until `connect_timeout`. Rejects with {@linkcode VisitError} when no
 * answer came.
 */
export async function askByUdp(stream: Datagrams, exchange: Exchange): Promise<Uint8Array> {
  const { visit, context: { timers, readBuffers }, run } = exchange;
  const { connectTimeoutMs } = visit.plan;
  let strays = 0;
  let isLate = false;
  const cancelWait = timers.after(connectTimeoutMs, () => {
    isLate = true;
    stream.close();
  });
  const resending = resend(stream, exchange);
  const buffer = readBuffers.take();
  visit.startPhase("first_byte");
  try {
    await stream.write(exchange.query);
    for (; strays < STRAYS_MAX; strays++) {
      const bytes = buffer.subarray(0, await stream.read(buffer));
      if (!isAnswerTo(exchange.query, bytes)) continue;
      if (bytes.length <= UDP_BYTES_MAX) return bytes.slice();
      const text = `answer has ${bytes.length} bytes, more than the ${UDP_BYTES_MAX} of a datagram`;
      throw new VisitError("protocol", text);
    }
    throw new VisitError("protocol", `${strays} datagrams that do not answer the query`);
  } catch (error) {
    if (error instanceof VisitError) throw error;
    throw silence(error, { visit, run, strays, isLate });
  } finally {
    cancelWait();
    resending[Symbol.dispose]();
    visit.remoteAddress = stream.remoteAddress;
    readBuffers.giveBack(buffer);
  }
}

/** Why there was no answer: nobody sent one in time, or the socket failed. */
function silence(
  cause: unknown,
  { visit: { plan }, run, strays, isLate }: Pick<Exchange, "visit" | "run"> & {
    readonly strays: number;
    readonly isLate: boolean;
  },
): VisitError {
  if (!isLate && !run.isOver) return connectionError(plan, failureOf(cause), cause);
  const waitedMs = isLate ? plan.connectTimeoutMs : run.timeoutMs;
  const stray = strays === 0 ? "" : `; datagrams that do not answer the query: ${strays}`;
  const detail = `no answer over UDP within ${waitedMs / 1_000} s${stray}`;
  if (!isLate) return new VisitError("timeout", detail, { cause });
  return connectionError(plan, { reason: "connect_timeout", detail }, cause);
}

/** Sends again until it is disposed of. */
function resend(
  stream: ByteStream,
  { query, context: { timers } }: Pick<Exchange, "query" | "context">,
): Disposable {
  let cancel = () => {};
  const wait = (delayMs: number) => {
    cancel = timers.after(delayMs, () => {
      // The first one was sent; whatever this one meets, the wait for an answer ends as before.
      stream.write(query).catch(() => {});
      wait(2 * delayMs);
    });
  };
  wait(RESEND_MS);
  return { [Symbol.dispose]: () => cancel() };
}

/** Asks over TCP. Rejects with {@linkcode VisitError} when no whole answer came. */
export async function askByTcp(stream: ByteStream, exchange: Exchange): Promise<Uint8Array> {
  const { query, visit, context: { readBuffers }, run } = exchange;
  const answer = new BodyBuffer(2 + 0xffff);
  const buffer = readBuffers.take();
  visit.startPhase("first_byte");
  try {
    await stream.write(Buffer.concat([Buffer.of(query.length >> 8, query.length & 0xff), query]));
    while (answer.bytes.length < wholeLength(answer.bytes)) {
      const count = await stream.read(buffer);
      if (count === null) throw new Deno.errors.ConnectionReset("closed within the answer");
      if (answer.bytes.length === 0) visit.startPhase("transfer");
      answer.append(buffer.subarray(0, count));
    }
  } catch (error) {
    if (run.isOver) {
      const text = `timed out after ${run.timeoutMs / 1_000} s waiting for the answer over TCP`;
      throw new VisitError("timeout", text);
    }
    const { reason, detail } = brokenOff(error);
    throw new VisitError(reason, `${detail} before the answer over TCP`, { cause: error });
  } finally {
    readBuffers.giveBack(buffer);
  }
  const bytes = answer.bytes.subarray(2, wholeLength(answer.bytes));
  if (!isAnswerTo(query, bytes)) {
    throw new VisitError("protocol", "message over TCP that does not answer the query");
  }
  return bytes;
}

/** A message over TCP follows its length in two bytes; before they came, they are missing too. */
function wholeLength([high = 0, low = 0]: Uint8Array): number {
  return 2 + high * 256 + low;
}
