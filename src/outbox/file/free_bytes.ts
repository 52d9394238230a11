/** How much space the disk of a file has left. */
import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { Clock } from "../../runtime/clock.ts";

/** No disk that is worth watching fills up within a second of what sitemon stores. */
const ASK_EVERY_MS = 1_000;

/** Asks the disk of `path` at most once a second: bytes that are left for this user. */
export function freeBytesOf(path: string, clock: Clock): () => number {
  let askedMs = -Infinity;
  let bytes = 0;
  return () => {
    const nowMs = clock.monotonicMs();
    if (nowMs - askedMs >= ASK_EVERY_MS) {
      askedMs = nowMs;
      const disk = statfsSync(dirname(path));
      bytes = disk.bavail * disk.bsize;
    }
    return bytes;
  };
}
