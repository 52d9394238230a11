/** Buffers for reading, lent to one check after another: making one costs as much as reading. */

/** Bytes that one read takes. */
export const READ_BYTES = 16_384;

/** Buffers that are kept for later: 1 MiB of them, enough for the checks of a busy moment. */
export const KEPT_BUFFERS_MAX = 64;

/** Lends buffers. A borrower keeps no view of one that it gave back. */
export class ReadBuffers {
  readonly #kept: Uint8Array<ArrayBuffer>[] = [];

  /** Calls back with a buffer, which may hold bytes of other checks, and takes it back at the end. */
  async lend<T>(use: (buffer: Uint8Array<ArrayBuffer>) => Promise<T>): Promise<T> {
    const buffer = this.#kept.pop() ?? new Uint8Array(READ_BYTES);
    try {
      return await use(buffer);
    } finally {
      if (this.#kept.length < KEPT_BUFFERS_MAX) this.#kept.push(buffer);
    }
  }
}
