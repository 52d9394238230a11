/** Decodes a body's content encoding; stops at the limit, so that a decompression bomb is harmless. */
import { Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from "node:zlib";
import { onAbort } from "../../runtime/deadline.ts";
import { BodyBuffer } from "./body_buffer.ts";

/** Thrown for an encoding that is unknown, and for bytes that are not of it. */
export class ContentEncodingError extends Error {
  override readonly name = "ContentEncodingError";
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

/** Decodes a body, truncated where there was more; rejects with {@linkcode ContentEncodingError}. */
export async function decodeBody(
  encoded: Uint8Array,
  { encoding, bytesMax, isCut, signal }: DecodeOptions,
): Promise<{ readonly body: Uint8Array; readonly isTruncated: boolean }> {
  const name = encoding.trim().toLowerCase();
  if (name === "" || name === "identity" || encoded.length === 0) {
    const body = encoded.subarray(0, bytesMax);
    return { body, isTruncated: isCut || encoded.length > bytesMax };
  }
  const decoder = decoderOf(name, encoded);
  const decoded = new BodyBuffer(bytesMax);
  using _ = onAbort(signal, () => decoder.destroy());
  try {
    for await (const part of Readable.from([encoded]).pipe(decoder) as AsyncIterable<Uint8Array>) {
      decoded.append(part);
      if (decoded.isOverfull) break;
    }
  } catch (cause) {
    if (!isCut) throw new ContentEncodingError(`response body is not valid ${name}`, { cause });
  } finally {
    decoder.destroy();
  }
  return { body: decoded.bytes, isTruncated: isCut || decoded.isOverfull };
}

function decoderOf(name: string, encoded: Uint8Array): Transform {
  if (name === "gzip" || name === "x-gzip") return createGunzip();
  if (name === "br") return createBrotliDecompress();
  if (name !== "deflate") throw new ContentEncodingError(`unsupported Content-Encoding "${name}"`);
  return isZlib(encoded) ? createInflate() : createInflateRaw();
}

/** Many servers send "deflate" without the zlib header that the standard asks for (RFC 1950, 2.2). */
function isZlib(bytes: Uint8Array): boolean {
  const [method = 0, flags = 0] = bytes;
  return (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0;
}
