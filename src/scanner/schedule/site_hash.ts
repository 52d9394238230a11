/** The hash that decides where a site belongs: its partition in a group, and its slots in time. */

/** 32 bits of a site's name and location, unsigned: Kafka's own hash of `NAME\0LOCATION`. */
export function siteHash(site: string, location: string): number {
  // NUL is in no name, so ("a", "bc") and ("ab", "c") stay apart.
  return murmur2(new TextEncoder().encode(`${site}\0${location}`)) >>> 0;
}

/**
 * The partition of a group's topic that a site belongs to, from 0 to `count` - 1; Kafka's default
 * partitioner chooses the same, so that other programs can find it too.
 */
export function partitionOf(site: string, location: string, count: number): number {
  return (siteHash(site, location) & 0x7fffffff) % count;
}

const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** As `org.apache.kafka.common.utils.Utils.murmur2`. */
function murmur2(bytes: Uint8Array): number {
  const whole = bytes.length & ~3;
  let hash = SEED ^ bytes.length;
  for (let at = 0; at < whole; at += 4) {
    const word = bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24;
    const mixed = Math.imul(word, M);
    hash = Math.imul(hash, M) ^ Math.imul(mixed ^ (mixed >>> 24), M);
  }
  if (whole < bytes.length) {
    for (let at = bytes.length - 1; at >= whole; at--) hash ^= bytes[at]! << (8 * (at - whole));
    hash = Math.imul(hash, M);
  }
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}
