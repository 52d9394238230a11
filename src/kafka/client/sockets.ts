/** The connections of one kafkajs client: opened where permitted, guarded, and ended together. */
import type { Buffer } from "node:buffer";
import net from "node:net";
import tls from "node:tls";
import type { ISocketFactory, ISocketFactoryArgs } from "kafkajs";
import { keepPermission } from "../../runtime/keep_permission.ts";
import { checkServer } from "../../runtime/tls/certificate_chain.ts";
import type { KafkaTls } from "../client_port.ts";
import { brokerAddress, withColons } from "./broker_address.ts";

/** Detects peers that vanished without closing; kafkajs's own default. */
const KEEP_ALIVE_DELAY_MS = 60_000;
/** A fetch has at most 4 MiB, or one message that is larger by itself. */
export const FRAME_BYTES_MAX = 128 * 1024 * 1024;
const LENGTH_BYTES = 4;

export class Sockets implements Disposable {
  readonly #tls: KafkaTls | undefined;
  readonly #open = new Set<net.Socket>();
  isEnded = false;

  constructor(tls: KafkaTls | undefined) {
    this.#tls = tls;
  }

  /** Called by kafkajs for each connection; it reports what this throws as a failed connection. */
  readonly factory: ISocketFactory = ({ host, ...rest }) => {
    if (this.isEnded) throw new Error("the client was closed");
    const target = { ...rest, host: withColons(host).replace(/^\[(.*)\]$/, "$1") };
    assertPermitted(target);
    const socket = this.#connect(target);
    keepPermission(socket);
    const guard = new FrameGuard();
    this.#open.add(socket);
    socket.on("close", () => this.#open.delete(socket));
    socket.on("data", (bytes: Buffer) => {
      const error = guard.check(bytes);
      if (error !== undefined) socket.destroy(error);
    });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
    return socket;
  };

  #connect({ host, port, onConnect }: ISocketFactoryArgs): net.Socket {
    if (this.#tls === undefined) return net.connect({ host, port }, onConnect);
    const { serverName, insecure, ...pems } = this.#tls;
    const name = serverName ?? (net.isIP(host) === 0 ? host : undefined);
    return tls.connect({
      host,
      port,
      ...pems,
      ...(name !== undefined && { servername: name }),
      rejectUnauthorized: !insecure,
      checkServerIdentity: checkServer(pems.ca),
    }, onConnect);
  }

  /** With an error: otherwise kafkajs would go on waiting for the answers. */
  [Symbol.dispose](): void {
    this.isEnded = true;
    for (const socket of this.#open) socket.destroy(new Error("the client was closed"));
  }
}

/**
 * Throws before a connection is tried: what Node's API makes of Deno's refusal differs between names
 * and addresses, and may be an error that cannot be caught.
 */
function assertPermitted(target: ISocketFactoryArgs): void {
  const address = brokerAddress(target);
  const { state } = Deno.permissions.querySync({ name: "net", host: address });
  if (state !== "granted") throw new Error(`Requires net access to "${address}"`);
}

/**
 * Follows the frames of Kafka's protocol in what a broker sends, so that a length that no broker
 * would send ends the connection before kafkajs buffers that many bytes.
 *
 * @see https://kafka.apache.org/protocol.html#protocol_common: frame = length int32, bytes
 */
export class FrameGuard {
  /** Bytes of the current frame that are still to come. */
  #remaining = 0;
  #length = 0;
  #lengthBytes = 0;

  /** Returns an error if these bytes cannot be Kafka's. */
  check(bytes: Buffer): Error | undefined {
    for (let at = 0; at < bytes.length;) {
      if (this.#remaining > 0) {
        const skipped = Math.min(this.#remaining, bytes.length - at);
        this.#remaining -= skipped;
        at += skipped;
        continue;
      }
      this.#length = (this.#length << 8) | bytes[at++]!;
      if (++this.#lengthBytes < LENGTH_BYTES) continue;
      if (this.#length < 0 || this.#length > FRAME_BYTES_MAX) {
        return new RangeError(
          `frame of ${this.#length >>> 0} bytes exceeds the limit of ${FRAME_BYTES_MAX}; ` +
            "check that the port is a Kafka broker's, and whether it requires TLS",
        );
      }
      this.#remaining = this.#length;
      this.#length = 0;
      this.#lengthBytes = 0;
    }
    return undefined;
  }
}
