/** Finds the files that a glob means. */
import { join, matchesGlob, parse, sep } from "node:path";

/** Folders that one glob may look into. */
const FOLDERS_MAX = 10_000;

/** True when a path has wildcards: `*`, `?` or `[…]` within a name. */
export function isGlob(path: string): boolean {
  return /[*?[]/.test(path);
}

/**
 * The paths that a glob means, sorted. Wildcards stand within one name each; hidden files are
 * found only by a name that begins with a dot. Folders that cannot be listed hold nothing.
 */
export function expandGlob(
  glob: string,
  listFolder: (path: string) => readonly string[],
): string[] {
  const { root } = parse(glob);
  let found = [root];
  for (const name of glob.slice(root.length).split(sep)) {
    found = found.slice(0, FOLDERS_MAX).flatMap((folder) =>
      isGlob(name)
        ? matching(name, namesIn(folder, listFolder)).map((match) => join(folder, match))
        : [join(folder, name)]
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
