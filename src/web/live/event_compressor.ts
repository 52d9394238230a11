/** Compresses a stream of events, each of which has to arrive before the next one is written. */
import { constants, createGzip } from "node:zlib";

/**
 * zlib's window and tables, 24 KiB a stream in place of 256: there may be hundreds, and an event is
 * like those just before it.
 *
 * @see https://zlib.net/manual.html#Advanced (deflateInit2)
 */
const SMALL = { windowBits: 12, memLevel: 5 };

/** Calls back with the compressed bytes of each event. */
export function compressor(
  onBytes: (bytes: Uint8Array) => void,
): { write(bytes: Uint8Array): void; end(): void } {
  const gzip = createGzip({ ...SMALL, flush: constants.Z_SYNC_FLUSH });
  let isOpen = true;
  gzip.on("data", (bytes: Uint8Array) => isOpen && onBytes(bytes));
  return {
    write: (bytes) => void gzip.write(bytes),
    end() {
      isOpen = false;
      gzip.destroy();
    },
  };
}

/** Whether a client takes gzip (RFC 9110, section 12.5.3). */
export function takesGzip(acceptEncoding: string | undefined): boolean {
  return acceptEncoding?.split(",").some((coding) => {
    const [name, quality = ""] = coding.split(";").map((part) => part.trim().toLowerCase());
    return name === "gzip" && !/^q=0(\.0*)?$/.test(quality);
  }) ?? false;
}
