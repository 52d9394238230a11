/** Decodes a body's content codings; stops at the limit, so that a decompression bomb is harmless. */
import { Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from "node:zlib";
import { onAbort } from "../../runtime/deadline.ts";
import { BodyBuffer } from "../connection/body_buffer.ts";
import { isCharset } from "./charset.ts";

/** Thrown for bytes that are not of the coding that their header names. */
export class ContentEncodingError extends Error {
  override readonly name = "ContentEncodingError";
}

/** Codings of one body that are undone; a gateway adds one to what its server has encoded. */
export const CODINGS_MAX = 5;

/** An encoding may be longer than what it encodes, by its headers and about a hundredth (zlib). */
const ENCODING_OVERHEAD_BYTES = 1_024;

/** The codings that requests ask for, and how to undo them. */
const DECODERS = new Map<string, (encoded: Uint8Array) => Transform>([
  ["gzip", () => createGunzip()],
  ["x-gzip", () => createGunzip()],
  ["br", () => createBrotliDecompress()],
  ["deflate", (encoded) => isZlib(encoded) ? createInflate() : createInflateRaw()],
]);

/** No coding, or the name of something else that many servers put there by mistake. */
const NO_CODINGS = ["", "identity", "none", "7bit", "8bit", "binary"];

export interface DecodeOptions {
  /** The value of the header `content-encoding`. */
  readonly encoding: string;
  /** Decoded bytes that are kept. */
  readonly bytesMax: number;
  /** True when `encoded` is only the beginning, whose end then cannot be decoded. */
  readonly isCut: boolean;
  readonly signal: AbortSignal;
}

/** A body as far as it could be decoded. */
export interface DecodedBody {
  readonly body: Uint8Array;
  readonly isTruncated: boolean;
  /** The coding that is not known here, in which the body is left. */
  readonly unknownCoding?: string;
}

/** How many encoded bytes are read, so that as many decoded ones come of them. */
export function encodedBytesMax(bytesMax: number): number {
  return bytesMax + (bytesMax >> 6) + ENCODING_OVERHEAD_BYTES;
}

/**
 * Undoes the codings from the last one on, truncated where there was more; where one is not known
 * here, the bytes are left as they came, as browsers do (RFC 9110, section 8.4). Rejects with
 * {@linkcode ContentEncodingError}.
 */
export async function decodeBody(
  encoded: Uint8Array,
  { encoding, bytesMax, isCut, signal }: DecodeOptions,
): Promise<DecodedBody> {
  const codings = encoded.length === 0 ? [] : codingsOf(encoding);
  const unknownCoding = codings.find((name) => !DECODERS.has(name));
  if (codings.length === 0 || unknownCoding !== undefined) {
    const isTruncated = isCut || encoded.length > bytesMax;
    const body = encoded.subarray(0, bytesMax);
    return { body, isTruncated, ...(unknownCoding === undefined ? {} : { unknownCoding }) };
  }
  let bytes = encoded;
  let isTruncated = isCut;
  for (let left = codings.length; left > 0; left--) {
    const outer = codings[left - 1]!;
    const limit = left === 1 ? bytesMax : encodedBytesMax(bytesMax);
    const decoded = new BodyBuffer(limit);
    await undo(outer, { bytes, decoded, isCut: isTruncated, signal });
    bytes = decoded.bytes;
    isTruncated ||= decoded.isOverfull;
  }
  return { body: bytes, isTruncated };
}

/** The codings in the order in which they were applied. */
function codingsOf(encoding: string): string[] {
  const codings: string[] = [];
  for (const name of encoding.split(",").map((name) => name.trim().toLowerCase())) {
    if (!DECODERS.has(name) && isNoCoding(name)) continue;
    // A header has room for thousands, and each that is unknown costs an error.
    if (codings.push(name) <= CODINGS_MAX) continue;
    throw new ContentEncodingError(`more than ${CODINGS_MAX} codings in Content-Encoding`);
  }
  return codings;
}

async function undo(
  name: string,
  { bytes, decoded, isCut, signal }: {
    readonly bytes: Uint8Array;
    readonly decoded: BodyBuffer;
    readonly isCut: boolean;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const decoder = DECODERS.get(name)!(bytes);
  using _ = onAbort(signal, () => decoder.destroy());
  try {
    for await (const part of Readable.from([bytes]).pipe(decoder) as AsyncIterable<Uint8Array>) {
      decoded.append(part);
      if (decoded.isOverfull) break;
    }
  } catch (cause) {
    if (!isCut) throw new ContentEncodingError(`response body is not valid ${name}`, { cause });
  } finally {
    decoder.destroy();
  }
}

/** Many servers send "deflate" without the zlib header that the standard asks for (RFC 1950, 2.2). */
function isZlib(bytes: Uint8Array): boolean {
  const [method = 0, flags = 0] = bytes;
  return (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0;
}

/** True also for `UTF-8` and the like, which are for Content-Type. */
function isNoCoding(name: string): boolean {
  return NO_CODINGS.includes(name) || isCharset(name);
}
