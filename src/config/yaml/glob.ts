/** The files that a glob matches. */
import { isAbsolute, join, matchesGlob, sep } from "node:path";

/** Folders that one glob may list. */
const FOLDERS_MAX = 10_000;

/** True when a path has wildcards: `*`, `?` or `[…]`. */
export function isGlob(path: string): boolean {
  return /[*?[]/.test(path);
}

/**
 * The paths that a glob with at least one wildcard matches, sorted. A wildcard does not match `/`;
 * hidden files are matched only by a name that begins with a dot. Folders that cannot be listed
 * count as empty.
 */
export function expandGlob(
  glob: string,
  listFolder: (path: string) => readonly string[],
): string[] {
  const names = glob.split(sep);
  const literals = names.findIndex(isGlob);
  // What is before the first wildcard is one folder, even if its parents cannot be listed.
  let found = [names.slice(0, literals).join(sep) || (isAbsolute(glob) ? sep : "")];
  for (const name of names.slice(literals)) {
    const isMatch = (it: string) =>
      matchesGlob(it, name) && (!it.startsWith(".") || name.startsWith("."));
    found = found.slice(0, FOLDERS_MAX).flatMap((folder) =>
      namesIn(folder, listFolder).filter(isMatch).map((match) => join(folder, match))
    );
  }
  return found.sort();
}

function namesIn(
  folder: string,
  listFolder: (path: string) => readonly string[],
): readonly string[] {
  try {
    return listFolder(folder === "" ? "." : folder);
  } catch {
    return [];
  }
}
