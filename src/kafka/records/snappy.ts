/**
 * Snappy, bare as librdkafka writes it, or in the blocks of snappy-java, as Kafka's own producer does.
 *
 * Npm's decoder in JavaScript (snappyjs, unchanged since 2022) never ends for a literal that claims
 * to have more than 2 GiB; the others are native or WebAssembly.
 *
 * @see https://github.com/google/snappy/blob/main/format_description.txt
 * @see https://github.com/xerial/snappy-java: a magic of 8 bytes, two versions, blocks with lengths
 */
import { BatchError } from "./batch_error.ts";
import { UnpackedBytes } from "./unpacked_bytes.ts";

const JAVA_MAGIC = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00];
const JAVA_HEADER_BYTES = JAVA_MAGIC.length + 8;
/** From this on, the length of a literal is in the one to four bytes that follow. */
const LONG_LITERAL = 60;

/** Throws {@linkcode BatchError} for what is not Snappy, or more than `bytesMax`. */
export function unpackSnappy(bytes: Uint8Array, bytesMax: number): Uint8Array {
  const unpacked = new UnpackedBytes(bytesMax);
  if (!JAVA_MAGIC.every((byte, index) => bytes[index] === byte)) {
    unpackBlock(bytes, unpacked);
    return unpacked.written;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = JAVA_HEADER_BYTES; at < bytes.length;) {
    if (at + 4 > bytes.length) throw new BatchError("it ends too early");
    const end = at + 4 + view.getUint32(at);
    if (end > bytes.length) throw new BatchError("it ends too early");
    unpackBlock(bytes.subarray(at + 4, end), unpacked);
    at = end;
  }
  return unpacked.written;
}

/** A length, which has to be right at the end, and elements: literals and three kinds of copies. */
function unpackBlock(block: Uint8Array, unpacked: UnpackedBytes): void {
  let at = 0;
  /** Little-endian; without a sign. */
  const number = (byteCount: number): number => {
    if (at + byteCount > block.length) throw new BatchError("it ends too early");
    let value = 0;
    for (let index = 0; index < byteCount; index++) value += block[at++]! * 2 ** (8 * index);
    return value;
  };
  let claimed = 0;
  for (let shift = 0, byte = 128; byte >= 128; shift += 7) {
    byte = number(1);
    claimed += (byte & 127) * 2 ** shift;
  }
  const end = unpacked.length + claimed;
  while (at < block.length) {
    const tag = block[at++]!;
    const size = tag >> 2;
    switch (tag & 3) {
      case 0: {
        const length = 1 + (size < LONG_LITERAL ? size : number(size - LONG_LITERAL + 1));
        unpacked.literal(block, at, length);
        at += length;
        break;
      }
      case 1:
        unpacked.copy((tag >> 5) * 256 + number(1), 4 + (size & 7));
        break;
      case 2:
        unpacked.copy(number(2), 1 + size);
        break;
      default:
        unpacked.copy(number(4), 1 + size);
    }
  }
  if (unpacked.length !== end) throw new BatchError("it has not the length that it claims");
}
