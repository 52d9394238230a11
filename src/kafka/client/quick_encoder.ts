/**
 * Has kafkajs write numbers and bytes where they belong.
 *
 * kafkajs 2.2.4 makes an array and a Buffer for each number of variable length, of which a message
 * has ten, and copies them by Buffer's own copy. In place, a message takes half the CPU: 11 µs in
 * place of 23 in batches of 500 (measured).
 *
 * @see https://protobuf.dev/programming-guides/encoding/#varints, which Kafka's records use
 */
import Encoder from "kafkajs/encoder";

/** What kafkajs hides of what it writes requests with. */
interface Writing {
  readonly buf: Uint8Array;
  offset: number;
  /** Makes `buf` longer if it has to be. */
  ensureAvailable(bytes: number): void;
}

/** Of 32 bits, seven in each. */
const VARINT_BYTES_MAX = 5;

const { prototype } = Encoder as unknown as { readonly prototype: object };

Object.assign(prototype, {
  writeUVarInt(this: Writing, value: number): Writing {
    this.ensureAvailable(VARINT_BYTES_MAX);
    let rest = value >>> 0;
    for (; rest > 127; rest >>>= 7) this.buf[this.offset++] = rest & 127 | 128;
    this.buf[this.offset++] = rest;
    return this;
  },
  writeBufferInternal(this: Writing, bytes: Uint8Array): void {
    this.ensureAvailable(bytes.length);
    this.buf.set(bytes, this.offset);
    this.offset += bytes.length;
  },
});
