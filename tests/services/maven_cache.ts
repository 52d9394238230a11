/** What tests use from Maven's repository, fetched once into a cache folder. */
import { exists, findProgram } from "./programs.ts";

/** A folder, or why it cannot be had. */
export type Fetched = { readonly folder: string; readonly reason?: undefined } | {
  readonly reason: string;
};

/**
 * The folder of that name with what `fetch` put into a folder beside it, unless it was there; `fetch`
 * is given the path of Maven and an empty folder.
 */
export function fetchOnce(name: string, fetch: (maven: string, work: string) => void): Fetched {
  const cache = Deno.env.get("XDG_CACHE_HOME") || `${Deno.env.get("HOME")}/.cache`;
  const folder = `${cache}/sitemon-tests/${name}`;
  if (exists(folder)) return { folder };
  const maven = findProgram("mvn");
  if (maven === undefined) return { reason: "mvn, to fetch it with, is missing" };
  try {
    fetchBeside(folder, (work) => fetch(maven, work));
    return { folder };
  } catch (error) {
    return { reason: (error as Error).message };
  }
}

/** Renames when all is there: of two processes at once, either may win. */
function fetchBeside(folder: string, fetch: (work: string) => void): void {
  const parent = folder.slice(0, folder.lastIndexOf("/"));
  Deno.mkdirSync(parent, { recursive: true });
  const work = Deno.makeTempDirSync({ dir: parent });
  try {
    const target = `${work}/fetched`;
    Deno.mkdirSync(target);
    fetch(target);
    if (!exists(folder)) Deno.renameSync(target, folder);
  } finally {
    Deno.removeSync(work, { recursive: true });
  }
}
