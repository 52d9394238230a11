/**
 * Rows out of the pages of a SQLite file, wherever a page of a table can still be read.
 *
 * @see https://www.sqlite.org/fileformat2.html#b_tree_pages
 */
import type { PageFile } from "./page_file.ts";

const TABLE_LEAF = 0x0d;
const FILE_HEADER_BYTES = 100;
/** The largest row that is believed: far above what Kafka takes, far below what memory has. */
const ROW_BYTES_MAX = 64 * 1024 * 1024;

/** A value of a column. Integers are below 2^53 in an outbox. */
export type Cell = null | number | string | Uint8Array;

/** A row of some table: pages do not say of which. */
export interface TableRow {
  readonly rowId: number;
  readonly cells: readonly Cell[];
}

/** Yields each row, or nothing for one that is damaged, page by page. */
export function* tableRows(file: PageFile): Generator<TableRow | undefined, void> {
  for (let number = 1; number <= file.pageCount; number++) {
    const page = file.page(number);
    if (page !== undefined) yield* rowsOfPage(page, number === 1 ? FILE_HEADER_BYTES : 0, file);
  }
}

function* rowsOfPage(
  page: Uint8Array,
  header: number,
  file: PageFile,
): Generator<TableRow | undefined, void> {
  if (page[header] !== TABLE_LEAF) return;
  const view = new DataView(page.buffer, page.byteOffset, page.length);
  const count = view.getUint16(header + 3);
  const pointers = header + 8;
  if (pointers + 2 * count > page.length) return yield undefined;
  for (let cell = 0; cell < count; cell++) {
    yield rowAt(page, view.getUint16(pointers + 2 * cell), file);
  }
}

function rowAt(page: Uint8Array, offset: number, file: PageFile): TableRow | undefined {
  try {
    const size = varint(page, offset);
    const rowId = varint(page, size.end);
    const payload = payloadAt(page, { offset: rowId.end, bytes: size.value, file });
    return { rowId: rowId.value, cells: cellsOf(payload) };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A row that does not fit goes on in a chain of pages. */
function payloadAt(
  page: Uint8Array,
  { offset, bytes, file }: {
    readonly offset: number;
    readonly bytes: number;
    readonly file: PageFile;
  },
): Uint8Array {
  if (bytes > ROW_BYTES_MAX) throw new RangeError("too long");
  const local = localBytes(bytes, file.pageBytes);
  if (offset + local > page.length) throw new RangeError("beyond its page");
  if (local === bytes) return page.subarray(offset, offset + bytes);
  const payload = new Uint8Array(bytes);
  payload.set(page.subarray(offset, offset + local));
  let next = uint32(page, offset + local);
  for (let filled = local; filled < bytes;) {
    const overflow = file.page(next);
    if (overflow === undefined) throw new RangeError("its rest is gone");
    const part = overflow.subarray(4, 4 + Math.min(bytes - filled, file.pageBytes - 4));
    payload.set(part, filled);
    filled += part.length;
    next = uint32(overflow, 0);
  }
  return payload;
}

/** Bytes of a row that its own page has. No byte of a page is reserved in an outbox. */
function localBytes(bytes: number, pageBytes: number): number {
  const most = pageBytes - 35;
  if (bytes <= most) return bytes;
  const least = Math.floor((pageBytes - 12) * 32 / 255) - 23;
  const fitting = least + (bytes - least) % (pageBytes - 4);
  return fitting <= most ? fitting : least;
}

function cellsOf(payload: Uint8Array): Cell[] {
  const header = varint(payload, 0);
  const cells: Cell[] = [];
  let offset = header.value;
  for (let at = header.end; at < header.value;) {
    const type = varint(payload, at);
    at = type.end;
    const bytes = bytesOf(type.value);
    if (offset + bytes > payload.length) throw new RangeError("beyond its row");
    cells.push(cellOf(type.value, payload.subarray(offset, offset + bytes)));
    offset += bytes;
  }
  return cells;
}

/** By serial type, from 0: null, integers of these bytes, a float, and the constants 0 and 1. */
const FIXED_BYTES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

function bytesOf(type: number): number {
  if (type >= 12) return (type - (type % 2 === 0 ? 12 : 13)) / 2;
  const bytes = FIXED_BYTES[type];
  if (bytes === undefined) throw new RangeError("no such type");
  return bytes;
}

function cellOf(type: number, bytes: Uint8Array): Cell {
  if (type >= 12) {
    return type % 2 === 0
      ? bytes.slice()
      : new TextDecoder("utf-8", { fatal: false }).decode(bytes);
  }
  if (type === 0) return null;
  if (type >= 8) return type - 8;
  if (type === 7) return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0);
  return integer(bytes);
}

/** Big-endian, two's complement. */
function integer(bytes: Uint8Array): number {
  let value = bytes[0]! > 127 ? -1n : 0n;
  for (const byte of bytes) value = value << 8n | BigInt(byte);
  return Number(value);
}

/** Seven bits a byte, the highest of which says that another one follows; a ninth byte has eight. */
function varint(bytes: Uint8Array, offset: number): { value: number; end: number } {
  let value = 0;
  for (let length = 1; length <= 8; length++) {
    const byte = bytes[offset + length - 1];
    if (byte === undefined) throw new RangeError("beyond its page");
    value = value * 128 + (byte & 127);
    if (byte < 128) return { value, end: offset + length };
  }
  throw new RangeError("too large a number");
}

function uint32(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(offset);
}
