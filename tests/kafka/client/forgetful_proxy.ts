/**
 * A proxy before a broker that leaves the last partition out of each answer to Produce: what a
 * client sees when it goes on although a partition was never stored.
 *
 * @see https://kafka.apache.org/protocol#The_Messages_Produce
 */
import { freePort } from "../../support/free_port.ts";

const PRODUCE_KEY = 0;
const LENGTH_BYTES = 4;
/** partition, error code, base offset, append time, start offset: versions 5 to 8. */
const PARTITION_BYTES = 4 + 2 + 8 + 8 + 8;
const THROTTLE_BYTES = 4;

export class ForgetfulProxy implements AsyncDisposable {
  readonly #port = freePort();
  readonly address = `127.0.0.1:${this.#port}`;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: this.#port });
  readonly #connections = new Set<Deno.Conn>();
  readonly #accepting = this.#accept();
  /** Of the broker; to be set before a client comes. */
  targetPort = 0;
  /** Partitions that were left out, one for each answer that had more than one. */
  readonly forgotten: number[] = [];

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) connection.close();
    await this.#accepting;
  }

  async #accept(): Promise<void> {
    const working: Promise<void>[] = [];
    for await (const client of this.#listener) working.push(this.#join(client));
    await Promise.all(working);
  }

  async #join(client: Deno.Conn): Promise<void> {
    const broker = await Deno.connect({ hostname: "127.0.0.1", port: this.targetPort });
    this.#connections.add(client).add(broker);
    const produces = new Set<number>();
    await Promise.race([
      pump(client, broker, (frame) => {
        const view = viewOf(frame);
        if (view.getInt16(LENGTH_BYTES) === PRODUCE_KEY) produces.add(view.getInt32(8));
        return frame;
      }),
      pump(broker, client, (frame) => {
        return produces.delete(viewOf(frame).getInt32(LENGTH_BYTES)) ? this.#forget(frame) : frame;
      }),
    ]);
    for (const connection of [client, broker]) {
      if (this.#connections.delete(connection)) close(connection);
    }
  }

  /** Cuts the last partition of an answer for one topic: length, id, topics, name, partitions. */
  #forget(frame: Uint8Array): Uint8Array {
    const view = viewOf(frame);
    const nameAt = LENGTH_BYTES + 4 + 4;
    const countAt = nameAt + 2 + view.getInt16(nameAt);
    const count = view.getInt32(countAt);
    if (count < 2) return frame;
    const cutAt = frame.length - THROTTLE_BYTES - PARTITION_BYTES;
    this.forgotten.push(view.getInt32(cutAt));
    const cut = new Uint8Array(frame.length - PARTITION_BYTES);
    cut.set(frame.subarray(0, cutAt));
    cut.set(frame.subarray(-THROTTLE_BYTES), cutAt);
    viewOf(cut).setInt32(0, cut.length - LENGTH_BYTES);
    viewOf(cut).setInt32(countAt, count - 1);
    return cut;
  }
}

/** Passes on one whole frame after the other, until a side ends. */
async function pump(
  from: Deno.Conn,
  to: Deno.Conn,
  change: (frame: Uint8Array) => Uint8Array,
): Promise<void> {
  let rest = new Uint8Array();
  const buffer = new Uint8Array(64 * 1024);
  try {
    for (let count; (count = await from.read(buffer)) !== null;) {
      rest = joined(rest, buffer.subarray(0, count));
      for (let length; (length = frameLength(rest)) <= rest.length;) {
        await write(to, change(rest.slice(0, length)));
        rest = rest.slice(length);
      }
    }
  } catch {
    // One of both sides is gone.
  }
}

/** Infinite while it is not known. */
function frameLength(bytes: Uint8Array): number {
  return bytes.length < LENGTH_BYTES ? Infinity : LENGTH_BYTES + viewOf(bytes).getInt32(0);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

async function write(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await to.write(bytes.subarray(sent));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
