/**
 * LZ4's frames, which Kafka's producers write: blocks, each with its length.
 *
 * Of npm's decoders in JavaScript none is kept (lz4js ends in 2016); the others are native or
 * WebAssembly. Checksums are not compared: the batch has its own.
 *
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
import { BatchError } from "./batch_error.ts";
import { UnpackedBytes } from "./unpacked_bytes.ts";

const MAGIC = 0x184d2204;
/** Bits of the frame's descriptor, and what follows it if they are set. */
const FLAG = { dictionary: 0x01, contentChecksum: 0x04, contentSize: 0x08, blockChecksum: 0x10 };
const VERSION = { mask: 0xc0, value: 0x40 };
const UNCOMPRESSED_BLOCK = 0x80000000;
/** The shortest copy; lengths are counted from there. */
const COPY_BYTES_MIN = 4;
/** A length in a token that more bytes add to. */
const LENGTH_GOES_ON = 15;

/** Throws {@linkcode BatchError} for what is no frame, or more than `bytesMax`. */
export function unpackLz4(frame: Uint8Array, bytesMax: number): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const unpacked = new UnpackedBytes(bytesMax);
  let at = afterHeader(view);
  while (true) {
    if (at + 4 > frame.length) throw new BatchError("it ends too early");
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) return unpacked.written;
    const length = word & ~UNCOMPRESSED_BLOCK;
    if (at + length > frame.length) throw new BatchError("it ends too early");
    if (word >= UNCOMPRESSED_BLOCK) unpacked.literal(frame, at, length);
    else unpackBlock(frame.subarray(at, at + length), unpacked);
    at += length + (frame[4]! & FLAG.blockChecksum ? 4 : 0);
  }
}

/** Where the first block begins. */
function afterHeader(view: DataView): number {
  if (view.byteLength < 7 || view.getUint32(0, true) !== MAGIC) {
    throw new BatchError("it is no LZ4 frame");
  }
  const flags = view.getUint8(4);
  if ((flags & VERSION.mask) !== VERSION.value || flags & FLAG.dictionary) {
    throw new BatchError("it is an LZ4 frame of an unknown kind");
  }
  return 7 + (flags & FLAG.contentSize ? 8 : 0);
}

/** Sequences: a token of two lengths, literals, and the distance of a copy, which the last lacks. */
function unpackBlock(block: Uint8Array, unpacked: UnpackedBytes): void {
  let at = 0;
  const length = (token: number): number => {
    let sum = token;
    if (token < LENGTH_GOES_ON) return sum;
    for (let byte = 255; byte === 255; sum += byte) {
      if (at >= block.length) throw new BatchError("it ends too early");
      byte = block[at++]!;
    }
    return sum;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = length(token >> 4);
    unpacked.literal(block, at, literals);
    at += literals;
    if (at === block.length) return;
    if (at + 2 > block.length) throw new BatchError("it ends too early");
    const distance = block[at]! | block[at + 1]! << 8;
    at += 2;
    unpacked.copy(distance, length(token & 15) + COPY_BYTES_MIN);
  }
}
