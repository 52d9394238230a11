/** Finds the files that a glob means. */
import { isAbsolute, join, matchesGlob, sep } from "node:path";

/** Folders that one glob may look into. */
const FOLDERS_MAX = 10_000;

/** True when a path has wildcards: `*`, `?` or `[…]` within a name. */
export function isGlob(path: string): boolean {
  return /[*?[]/.test(path);
}

/**
 * The paths that a glob with at least one wildcard means, sorted. Wildcards stand within one name each; hidden files are
 * found only by a name that begins with a dot. Folders that cannot be listed hold nothing.
 */
export function expandGlob(
  glob: string,
  listFolder: (path: string) => readonly string[],
): string[] {
  const names = glob.split(sep);
  const literals = names.findIndex(isGlob);
  // What stands before the first wildcard is one folder, whether or not those around it can be listed.
  let found = [names.slice(0, literals).join(sep) || (isAbsolute(glob) ? sep : "")];
  for (const name of names.slice(literals)) {
    found = found.slice(0, FOLDERS_MAX).flatMap((folder) =>
      matching(name, namesIn(folder, listFolder)).map((match) => join(folder, match))
    );
  }
  return found.sort();
}

function matching(glob: string, names: readonly string[]): string[] {
  return names.filter((name) =>
    matchesGlob(name, glob) && (!name.startsWith(".") || glob.startsWith("."))
  );
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
