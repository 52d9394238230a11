/** Undoes a body's content encoding, up to a limit: of a decompression bomb only the first bytes burst. */
import { Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from "node:zlib";
import { BodyBuffer } from "./body_buffer.ts";

/** A body as the site meant it. */
export interface DecodedBody {
  readonly bytes: Uint8Array;
  /** True when there was more. */
  readonly isTruncated: boolean;
}

export interface DecodeOptions {
  /** The value of the header `content-encoding`. */
  readonly encoding: string;
  /** Decoded bytes that are kept. */
  readonly bytesMax: number;
  /** True when `encoded` is only the beginning, whose end then cannot be decoded. */
  readonly isCut: boolean;
  readonly signal: AbortSignal;
}

/** Thrown for an encoding that is unknown, and for bytes that are not of it. */
export class ContentEncodingError extends Error {
  override readonly name = "ContentEncodingError";
}

/** Decodes a body; rejects with {@linkcode ContentEncodingError}. */
export async function decodeBody(
  encoded: Uint8Array,
  options: DecodeOptions,
): Promise<DecodedBody> {
  const { encoding, bytesMax, isCut, signal } = options;
  const name = encoding.trim().toLowerCase();
  if (name === "" || name === "identity" || encoded.length === 0) {
    return {
      bytes: encoded.subarray(0, bytesMax),
      isTruncated: isCut || encoded.length > bytesMax,
    };
  }
  const decoder = decoderOf(name, encoded);
  const decoded = new BodyBuffer(bytesMax);
  const stop = () => decoder.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const part of Readable.from([encoded]).pipe(decoder) as AsyncIterable<Uint8Array>) {
      decoded.append(part);
      if (decoded.isOverfull) break;
    }
  } catch (cause) {
    if (!isCut) throw new ContentEncodingError(`its body is not ${name}`, { cause });
  } finally {
    signal.removeEventListener("abort", stop);
    decoder.destroy();
  }
  return { bytes: decoded.bytes, isTruncated: isCut || decoded.isOverfull };
}

function decoderOf(name: string, encoded: Uint8Array): Transform {
  if (name === "gzip" || name === "x-gzip") return createGunzip();
  if (name === "br") return createBrotliDecompress();
  if (name !== "deflate") throw new ContentEncodingError("its content-encoding is not supported");
  return isZlib(encoded) ? createInflate() : createInflateRaw();
}

/** Half the world sends "deflate" without the zlib header that it ought to have (RFC 1950, 2.2). */
function isZlib(bytes: Uint8Array): boolean {
  const [method = 0, flags = 0] = bytes;
  return (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0;
}
