/** Many short arrays of bytes as one, which crosses to another thread at the cost of one. */

export interface PackedBytes {
  /** Where each array ends in `bytes`; it begins where the one before ends. */
  readonly ends: readonly number[];
  /** With memory of their own, so that they can be transferred. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export function packBytes(parts: readonly Uint8Array[]): PackedBytes {
  let length = 0;
  const ends = parts.map((part) => length += part.length);
  const bytes = new Uint8Array(length);
  parts.forEach((part, index) => bytes.set(part, ends[index]! - part.length));
  return { ends, bytes };
}

/** The arrays again, as views of one memory. */
export function unpackBytes({ ends, bytes }: PackedBytes): Uint8Array[] {
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}
