/** Reads the parts of a DNS message, which anyone may have written. */

/** Pointers that one name may lead through; encoders need one or two. */
export const POINTERS_MAX = 16;

/** Of a name, with the length of each label (RFC 1035, section 2.3.4). */
const NAME_BYTES_MAX = 255;

/** Thrown for bytes that are no DNS message; its message says what is wrong with them. */
export class MalformedError extends Error {
  override readonly name = "MalformedError";
}

/** Goes through a message from its beginning; every method throws {@linkcode MalformedError}. */
export class MessageReader {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  take(count: number): Uint8Array {
    const taken = this.#bytes.subarray(this.at, this.at + count);
    if (count < 0 || taken.length < count) throw new MalformedError("it ends early");
    this.at += count;
    return taken;
  }

  /** A whole number of so many bytes. */
  uint(byteCount: 1 | 2 | 4): number {
    return this.take(byteCount).reduce((number, byte) => number * 256 + byte, 0);
  }

  /**
   * A name in lower case, without a last dot; the root is `.`. A pointer must lead to before the part
   * that it ends, so that no chain of them is a circle (RFC 1035, section 4.1.4).
   */
  name(): string {
    const labels: string[] = [];
    let start = this.at;
    let end: number | undefined;
    let pointers = 0;
    for (let byteCount = 1;;) {
      const length = this.uint(1);
      if (length >= 0xc0) {
        const target = (length - 0xc0) * 256 + this.uint(1);
        end ??= this.at;
        if (target >= start) throw new MalformedError("a name points forward");
        if (++pointers > POINTERS_MAX) throw new MalformedError("a name has too many pointers");
        this.at = start = target;
        continue;
      }
      if (length > 63) throw new MalformedError("a label has an unknown type");
      if (length === 0) break;
      byteCount += length + 1;
      if (byteCount > NAME_BYTES_MAX) throw new MalformedError("a name is too long");
      labels.push(escaped(this.take(length), ".\\ ").toLowerCase());
    }
    this.at = end ?? this.at;
    return labels.join(".") || ".";
  }
}

/** Bytes as ASCII, the special and unprintable ones escaped (RFC 1035, section 5.1). */
export function escaped(bytes: Uint8Array, special: string): string {
  let text = "";
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    if (byte < 0x20 || byte > 0x7e) text += `\\${String(byte).padStart(3, "0")}`;
    else text += special.includes(char) ? `\\${char}` : char;
  }
  return text;
}
