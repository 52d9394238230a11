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

/** Datagrams that are no answer to the query, before it is given up. */
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

/** Asks over UDP until `connect_timeout`. Rejects with {@linkcode VisitError} without an answer. */
export async function askByUdp(
  stream: Pick<Datagrams, keyof Datagrams>,
  { query, visit, context: { timers, readBuffers }, run }: Exchange,
): Promise<Uint8Array> {
  const { plan } = visit;
  const buffer = readBuffers.take();
  let strays = 0;
  let isLate = false;
  let unsent: unknown;
  const cancelWait = timers.after(plan.connectTimeoutMs, () => {
    isLate = true;
    stream.close();
  });
  let cancelResend = () => {};
  const send = (againMs: number) => {
    // Not waited for: Deno looks the name up for it, which may take longer than a check.
    stream.write(query).catch((error) => {
      unsent ??= error;
      stream.close();
    });
    cancelResend = timers.after(againMs, () => send(2 * againMs));
  };
  visit.startPhase("first_byte");
  try {
    send(RESEND_MS);
    for (; strays < STRAYS_MAX; strays++) {
      const bytes = buffer.subarray(0, await stream.read(buffer));
      if (!isAnswerTo(query, bytes)) continue;
      if (bytes.length <= UDP_BYTES_MAX) return bytes.slice();
      const text = `answer has ${bytes.length} bytes, more than the ${UDP_BYTES_MAX} of a datagram`;
      throw new VisitError("protocol", text);
    }
    throw new VisitError("protocol", `${strays} datagrams that do not answer the query`);
  } catch (error) {
    if (error instanceof VisitError) throw error;
    if (!isLate && !run.isOver) throw connectionError(plan, failureOf(unsent ?? error), error);
    const waitedMs = isLate ? plan.connectTimeoutMs : run.timeoutMs;
    const others = strays === 0 ? "" : `; datagrams that do not answer the query: ${strays}`;
    const detail = `no answer over UDP within ${waitedMs / 1_000} s${others}`;
    throw connectionError(plan, { reason: isLate ? "connect_timeout" : "timeout", detail }, error);
  } finally {
    cancelWait();
    cancelResend();
    visit.remoteAddress = stream.remoteAddress;
    readBuffers.giveBack(buffer);
  }
}

/** Asks over TCP. Rejects with {@linkcode VisitError} without a whole answer. */
export async function askByTcp(
  stream: ByteStream,
  { query, visit, context: { readBuffers }, run }: Exchange,
): Promise<Uint8Array> {
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
  } catch (cause) {
    const { reason, detail } = run.isOver
      ? { reason: "timeout" as const, detail: `timed out after ${run.timeoutMs / 1_000} s` }
      : brokenOff(cause);
    throw new VisitError(reason, `${detail} before the answer over TCP`, { cause });
  } finally {
    readBuffers.giveBack(buffer);
  }
  const bytes = answer.bytes.subarray(2, wholeLength(answer.bytes));
  if (isAnswerTo(query, bytes)) return bytes;
  throw new VisitError("protocol", "message over TCP that does not answer the query");
}

/** A message over TCP follows its length in two bytes; before they came, they are missing too. */
function wholeLength([high = 0, low = 0]: Uint8Array): number {
  return 2 + high * 256 + low;
}
