/**
 * Follows the frames of Kafka's protocol in what a broker sends, so that a length that no broker
 * would send ends the connection before kafkajs buffers that many bytes.
 *
 * @see https://kafka.apache.org/protocol.html#protocol_common: frame = length int32, bytes
 */
import type { Buffer } from "node:buffer";

/** A fetch has at most 4 MiB, or one message that is larger by itself. */
export const FRAME_BYTES_MAX = 128 * 1024 * 1024;

const LENGTH_BYTES = 4;

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
      if (this.#length < 0 || this.#length > FRAME_BYTES_MAX) return tooLong(this.#length >>> 0);
      this.#remaining = this.#length;
      this.#length = 0;
      this.#lengthBytes = 0;
    }
    return undefined;
  }
}

function tooLong(length: number): Error {
  return new RangeError(
    `frame of ${length} bytes exceeds the limit of ${FRAME_BYTES_MAX}; ` +
      "check that the port is a Kafka broker's, and whether it requires TLS",
  );
}
