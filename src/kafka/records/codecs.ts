/** The codecs that the records of a batch may be compressed with, whoever wrote it. */
import type { Buffer } from "node:buffer";
import { promisify } from "node:util";
import zlib from "node:zlib";
import { BatchError } from "./batch_error.ts";
import { unpackLz4 } from "./lz4.ts";
import { unpackSnappy } from "./snappy.ts";

/** Throws {@linkcode BatchError} for what is damaged, or longer than `bytesMax` when unpacked. */
export type Unpack = (packed: Uint8Array, bytesMax: number) => Uint8Array;

interface Codec {
  readonly name: string;
  readonly unpack: Unpack;
  /** Off this thread; absent where nothing that is kept does it without a native addon. */
  readonly pack?: (bytes: Uint8Array) => Promise<Buffer>;
}

/**
 * By the number in a batch's attributes.
 *
 * @see https://kafka.apache.org/documentation/#recordbatch
 */
export const CODECS: ReadonlyMap<number, Codec> = new Map([
  [1, { name: "gzip", unpack: byZlib(zlib.unzipSync), pack: promisify(zlib.gzip) }],
  [2, { name: "snappy", unpack: unpackSnappy }],
  [3, { name: "lz4", unpack: unpackLz4 }],
  [4, {
    name: "zstd",
    unpack: byZlib(zlib.zstdDecompressSync),
    pack: promisify<Uint8Array, Buffer>(zlib.zstdCompress),
  }],
]);

function byZlib(
  unpack: (packed: Uint8Array, options: { readonly maxOutputLength: number }) => Buffer,
): Unpack {
  return (packed, bytesMax) => {
    try {
      return unpack(packed, { maxOutputLength: bytesMax });
    } catch (error) {
      const { code, message } = error as Error & { code?: string };
      const isTooLong = code === "ERR_BUFFER_TOO_LARGE";
      throw new BatchError(isTooLong ? `it has more than ${bytesMax} bytes` : message);
    }
  };
}
