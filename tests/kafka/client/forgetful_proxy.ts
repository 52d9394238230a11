/**
 * A proxy before a broker that leaves the last partition out of each answer to Produce: what a
 * client sees when it goes on although a partition was never stored.
 *
 * @see https://kafka.apache.org/protocol#The_Messages_Produce
 */
import { Buffer } from "node:buffer";
import net from "node:net";
import { freePort } from "../../support/free_port.ts";

const PRODUCE_KEY = 0;
const LENGTH_BYTES = 4;
/** partition, error code, base offset, append time, start offset: versions 5 to 8. */
const PARTITION_BYTES = 4 + 2 + 8 + 8 + 8;
const THROTTLE_BYTES = 4;

export class ForgetfulProxy implements AsyncDisposable {
  readonly #port = freePort();
  readonly address = `127.0.0.1:${this.#port}`;
  /** Of the broker; to be set before a client comes. */
  targetPort = 0;
  /** Partitions that were left out, one for each answer that had more than one. */
  readonly forgotten: number[] = [];
  readonly #sockets = new Set<net.Socket>();
  readonly #server = net.createServer((client) => this.#join(client))
    .listen(this.#port, "127.0.0.1");

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: net.Socket): void {
    const broker = net.connect(this.targetPort, "127.0.0.1");
    const produces = new Set<number>();
    onFrames(client, (frame) => {
      if (frame.readInt16BE(LENGTH_BYTES) === PRODUCE_KEY) produces.add(frame.readInt32BE(8));
      broker.write(frame);
    });
    onFrames(broker, (frame) => {
      const isProduce = produces.delete(frame.readInt32BE(LENGTH_BYTES));
      client.write(isProduce ? this.#forget(frame) : frame);
    });
    for (const [socket, other] of [[client, broker], [broker, client]] as const) {
      this.#sockets.add(socket);
      socket.on("error", () => {}).on("close", () => other.destroy());
    }
  }

  /** Cuts the last partition of an answer for one topic: length, id, topics, name, partitions. */
  #forget(frame: Buffer): Buffer {
    const nameAt = LENGTH_BYTES + 4 + 4;
    const countAt = nameAt + 2 + frame.readInt16BE(nameAt);
    const count = frame.readInt32BE(countAt);
    if (count < 2) return frame;
    const cutAt = frame.length - THROTTLE_BYTES - PARTITION_BYTES;
    this.forgotten.push(frame.readInt32BE(cutAt));
    const cut = Buffer.concat([frame.subarray(0, cutAt), frame.subarray(-THROTTLE_BYTES)]);
    cut.writeInt32BE(cut.length - LENGTH_BYTES, 0);
    cut.writeInt32BE(count - 1, countAt);
    return cut;
  }
}

/** Hands over one whole frame after the other. */
function onFrames(socket: net.Socket, pass: (frame: Buffer) => void): void {
  let rest = Buffer.alloc(0);
  socket.on("data", (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + rest.readInt32BE(0);
      if (rest.length < end) return;
      pass(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  });
}
