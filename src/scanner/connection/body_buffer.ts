/** The bytes of a body, up to a limit. */

const EMPTY = new Uint8Array(0);

/** Joins pieces of bytes, in memory in proportion to them however small they are. */
export class BodyBuffer {
  readonly #bytesMax: number;
  #buffer = EMPTY;
  #length = 0;
  /** True when more came than may be kept. */
  isOverfull = false;

  /** Keeps `bytesMax` bytes at most. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Copies bytes in; what is beyond the limit is only noticed. */
  append(bytes: Uint8Array): void {
    const room = this.#bytesMax - this.#length;
    const kept = bytes.length <= room ? bytes : bytes.subarray(0, room);
    if (kept.length < bytes.length) this.isOverfull = true;
    this.#reserve(this.#length + kept.length);
    this.#buffer.set(kept, this.#length);
    this.#length += kept.length;
  }

  /** What was kept. */
  get bytes(): Uint8Array {
    const isFull = this.#length === this.#buffer.length;
    return isFull ? this.#buffer : this.#buffer.subarray(0, this.#length);
  }

  #reserve(length: number): void {
    if (length <= this.#buffer.length) return;
    const doubled = Math.min(this.#bytesMax, Math.max(length, this.#buffer.length * 2));
    const buffer = new Uint8Array(doubled);
    buffer.set(this.#buffer);
    this.#buffer = buffer;
  }
}
