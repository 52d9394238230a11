/** Bytes that a decompressor writes: literals, and copies of what it wrote before (LZ77). */
import { BatchError } from "./batch_error.ts";

const FIRST_BYTES = 64 * 1024;

/** Grows as it is written to, so that a length that is only claimed allocates nothing. */
export class UnpackedBytes {
  readonly #bytesMax: number;
  #bytes: Uint8Array;
  #length = 0;

  /** Beyond `bytesMax`, writing throws a {@linkcode BatchError}. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#bytes = new Uint8Array(Math.min(FIRST_BYTES, bytesMax));
  }

  get length(): number {
    return this.#length;
  }

  /** What was written: a view. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Appends bytes of the input. */
  literal(input: Uint8Array, first: number, length: number): void {
    if (length < 0 || first + length > input.length) throw new BatchError("it ends too early");
    this.#reserve(length);
    this.#bytes.set(input.subarray(first, first + length), this.#length);
    this.#length += length;
  }

  /** Appends `length` bytes that begin `distance` before the end; they may overlap what they make. */
  copy(distance: number, length: number): void {
    if (distance < 1 || distance > this.#length) {
      throw new BatchError(`it refers ${distance} bytes back, of ${this.#length}`);
    }
    this.#reserve(length);
    const bytes = this.#bytes;
    let to = this.#length;
    this.#length += length;
    if (distance >= length) bytes.copyWithin(to, to - distance, to - distance + length);
    else for (; to < this.#length; to++) bytes[to] = bytes[to - distance]!;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed > this.#bytesMax) throw new BatchError(`it has more than ${this.#bytesMax} bytes`);
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(
      Math.min(this.#bytesMax, Math.max(needed, this.#bytes.length * 2)),
    );
    grown.set(this.written);
    this.#bytes = grown;
  }
}
