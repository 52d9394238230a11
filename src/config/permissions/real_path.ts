/** Paths as the system resolves them. */
import { basename, dirname, join } from "node:path";

/**
 * The path without symbolic links, neither in itself nor in the folders above; its end need not exist
 * yet. A path that cannot be resolved stays as it is, and is reported by whoever uses it.
 */
export function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    const folder = dirname(path);
    if (!(error instanceof Deno.errors.NotFound) || folder === path) return path;
    return join(realPath(folder), basename(path));
  }
}
