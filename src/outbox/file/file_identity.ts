/** Tells whether a path still leads to the file that was opened there. */

/** Device and inode; a file that takes another one's place has others. */
export type FileIdentity = Pick<Deno.FileInfo, "dev" | "ino">;

/** True when the file at `path` is that one; false when it was removed or replaced. */
export function isAt(path: string, { dev, ino }: FileIdentity): boolean {
  try {
    const found = Deno.statSync(path);
    return found.dev === dev && found.ino === ino;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
