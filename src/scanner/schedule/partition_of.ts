/** Which partition of a group's topic a site belongs to. */

/**
 * A number from 0 to `count` - 1, by Kafka's own hash of the site's name and location, so that other
 * programs can tell it too. It has nothing in common with the site's slots (schedule.ts): the sites
 * of a partition are spread over the whole interval.
 */
export function partitionOf(site: string, location: string, count: number): number {
  return (murmur2(new TextEncoder().encode(`${site}\0${location}`)) & 0x7fffffff) % count;
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
