/** CRC-32C (Castagnoli), with which Kafka guards a batch; zlib's is another one. */

const POLYNOMIAL = 0x82f63b78;
/** Bytes that are read at a step, each by a table of its own. */
const AT_ONCE = 8;

/** @see https://create.stephan-brumme.com/crc32/#slicing-by-8-overview */
const TABLES = tables();

function tables(): Uint32Array[] {
  const made = Array.from({ length: AT_ONCE }, () => new Uint32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >>> 1 ^ POLYNOMIAL : crc >>> 1;
    made[0]![byte] = crc;
  }
  for (let byte = 0; byte < 256; byte++) {
    for (let table = 1; table < AT_ONCE; table++) {
      const before = made[table - 1]![byte]!;
      made[table]![byte] = before >>> 8 ^ made[0]![before & 255]!;
    }
  }
  return made;
}

/** The checksum of the bytes, without a sign. */
export function crc32c(bytes: Uint8Array): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as [
    ...[Uint32Array, Uint32Array, Uint32Array, Uint32Array],
    ...[Uint32Array, Uint32Array, Uint32Array, Uint32Array],
  ];
  let crc = 0xffffffff;
  let at = 0;
  for (const end = bytes.length - AT_ONCE; at <= end; at += AT_ONCE) {
    crc = t7[(crc ^ bytes[at]!) & 255]! ^ t6[(crc >>> 8 ^ bytes[at + 1]!) & 255]! ^
      t5[(crc >>> 16 ^ bytes[at + 2]!) & 255]! ^ t4[crc >>> 24 ^ bytes[at + 3]!]! ^
      t3[bytes[at + 4]!]! ^ t2[bytes[at + 5]!]! ^ t1[bytes[at + 6]!]! ^ t0[bytes[at + 7]!]!;
  }
  for (; at < bytes.length; at++) crc = t0[(crc ^ bytes[at]!) & 255]! ^ crc >>> 8;
  return (crc ^ 0xffffffff) >>> 0;
}
