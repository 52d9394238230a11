/** Buffers for reading, lent to one check after another: making one costs as much as reading. */

/** Bytes that one read takes. */
export const READ_BYTES = 16_384;

/** Buffers that are kept for later: 1 MiB of them, enough for the checks of a busy moment. */
export const KEPT_BUFFERS_MAX = 64;

/** Lends buffers. A borrower keeps no view of one that it gave back. */
export class ReadBuffers {
  readonly #kept: Uint8Array<ArrayBuffer>[] = [];

  /** Lends a buffer, which may hold bytes of other checks. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#kept.pop() ?? new Uint8Array(READ_BYTES);
  }

  /** Takes a buffer back, once no read into it is pending. */
  giveBack(buffer: Uint8Array<ArrayBuffer>): void {
    if (this.#kept.length < KEPT_BUFFERS_MAX) this.#kept.push(buffer);
  }
}
