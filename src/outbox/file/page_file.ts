/**
 * The pages of a SQLite file and of the log beside it, without SQLite, which opens no file whose
 * first page is damaged.
 *
 * @see https://www.sqlite.org/fileformat2.html
 */

const MAGIC = "SQLite format 3\0";
const PAGE_BYTES_DEFAULT = 4_096;
const LOG_MAGICS = [0x377f0682, 0x377f0683];
const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** Where a page is: in the file, or in its log, which is newer. */
interface PagePlace {
  readonly file: Deno.FsFile;
  readonly offset: number;
}

/** Reads pages by their numbers, from 1. */
export class PageFile implements Disposable {
  readonly pageBytes: number;
  /** Pages that the file and its log have. */
  readonly pageCount: number;
  readonly #file: Deno.FsFile;
  readonly #log: Deno.FsFile | undefined;
  readonly #logged = new Map<number, PagePlace>();
  readonly #free: Set<number>;

  /** Throws `Deno.errors.NotFound` without a file, and other errors of the file system. */
  constructor(path: string) {
    this.#file = Deno.openSync(path);
    this.#log = openLog(`${path}-wal`);
    const header = read(this.#file, 0, 100);
    const isSound = new TextDecoder().decode(header.subarray(0, MAGIC.length)) === MAGIC;
    const logHeader = this.#log && read(this.#log, 0, LOG_HEADER_BYTES);
    this.pageBytes = pageBytesOf(isSound ? header : undefined, logHeader);
    if (this.#log && logHeader) this.#readLog(this.#log, logHeader);
    const inFile = Math.floor(this.#file.statSync().size / this.pageBytes);
    this.pageCount = this.#logged.keys().reduce((most, page) => Math.max(most, page), inFile);
    this.#free = isSound ? this.#freePages() : new Set();
  }

  /** Nothing for a page that is not there, or that is free: what it holds was deleted. */
  page(number: number): Uint8Array | undefined {
    return this.#free.has(number) ? undefined : this.#read(number);
  }

  [Symbol.dispose](): void {
    this.#file.close();
    this.#log?.close();
  }

  #read(number: number): Uint8Array | undefined {
    if (number < 1 || number > this.pageCount) return undefined;
    const { file, offset } = this.#logged.get(number) ??
      { file: this.#file, offset: (number - 1) * this.pageBytes };
    const page = read(file, offset, this.pageBytes);
    return page.length === this.pageBytes ? page : undefined;
  }

  /** Frames count up to the last that ends a transaction; those of another round have other salts. */
  #readLog(log: Deno.FsFile, header: Uint8Array): void {
    const salts = hex(header.subarray(16, 24));
    const frameBytes = FRAME_HEADER_BYTES + this.pageBytes;
    const pending = new Map<number, PagePlace>();
    for (let offset = LOG_HEADER_BYTES;; offset += frameBytes) {
      const frame = read(log, offset, frameBytes);
      if (frame.length < frameBytes || hex(frame.subarray(8, 16)) !== salts) return;
      pending.set(uint32(frame, 0), { file: log, offset: offset + FRAME_HEADER_BYTES });
      const isCommit = uint32(frame, 4) > 0;
      if (!isCommit) continue;
      for (const [page, place] of pending) this.#logged.set(page, place);
      pending.clear();
    }
  }

  /** The list of free pages; it ends where it is damaged. */
  #freePages(): Set<number> {
    const free = new Set<number>();
    const first = this.#read(1);
    let trunk = first ? uint32(first, 32) : 0;
    while (trunk > 0 && !free.has(trunk)) {
      const page = this.#read(trunk);
      if (page === undefined) break;
      free.add(trunk);
      const leaves = Math.min(uint32(page, 4), this.pageBytes / 4 - 2);
      for (let leaf = 0; leaf < leaves; leaf++) free.add(uint32(page, 8 + 4 * leaf));
      trunk = uint32(page, 0);
    }
    return free;
  }
}

function openLog(path: string): Deno.FsFile | undefined {
  try {
    return Deno.openSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** As both headers say it; a power of two. */
function pageBytesOf(header: Uint8Array | undefined, log: Uint8Array | undefined): number {
  const isLog = log?.length === LOG_HEADER_BYTES && LOG_MAGICS.includes(uint32(log, 0));
  const bytes = header?.length === 100
    ? (header[16]! << 8 | header[17]!) || 65_536
    : isLog
    ? uint32(log, 8)
    : PAGE_BYTES_DEFAULT;
  const isPossible = bytes >= 512 && bytes <= 65_536 && (bytes & (bytes - 1)) === 0;
  return isPossible ? bytes : PAGE_BYTES_DEFAULT;
}

/** Fewer bytes at the end of the file. */
function read(file: Deno.FsFile, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  file.seekSync(offset, Deno.SeekMode.Start);
  let filled = 0;
  while (filled < length) {
    const count = file.readSync(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

function uint32(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset);
}

function hex(bytes: Uint8Array): string {
  return bytes.toHex();
}
