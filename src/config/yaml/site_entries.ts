/** The sites of the configuration itself, then those of the files that it includes. */
import { isAbsolute, join, matchesGlob, normalize, sep } from "node:path";
import * as z from "zod";
import type { Place } from "../config_error.ts";
import { type SiteConfig, siteSchema } from "../schema/site_schema.ts";
import { besideFile, type LoadContext } from "./load_context.ts";
import { parsePart } from "./parse_part.ts";
import { kindOf } from "./shown_value.ts";
import { type Path, valueAt, type YamlSource } from "./yaml_source.ts";

/** Files that globs may match in all. */
const FILES_MAX = 10_000;
/** Folders that one glob may list. */
const FOLDERS_MAX = 10_000;

/** A site and where it is defined. */
export interface SiteEntry {
  readonly config: SiteConfig;
  readonly source: YamlSource;
  readonly at: Path;
}

const INCLUDED = "is not a list of sites or a mapping with sites";
const includedSchema = z.strictObject({ sites: z.array(z.unknown()) }, {
  error: ({ code }) => code === "unrecognized_keys" ? undefined : INCLUDED,
});

/** The valid sites of a list. */
export function siteEntriesAt(source: YamlSource, at: Path): SiteEntry[] {
  const list = valueAt(source.value, at);
  if (!Array.isArray(list)) return [];
  return list.flatMap((_, index) => {
    const part = { source, at: [...at, index], name: "sites" };
    const config = parsePart(siteSchema, part);
    return config === undefined ? [] : [{ config, source, at: part.at }];
  });
}

/** The sites of every file that the globs of a configuration match; each file counts once. */
export function includedSites(
  globs: readonly string[],
  main: YamlSource,
  context: LoadContext,
): SiteEntry[] {
  const places = new Map<string, Place>();
  const self = normalize(main.file);
  for (const [index, glob] of globs.entries()) {
    const at = ["include", index];
    for (const file of filesOf(glob, main, at, context)) {
      if (file !== self && !places.has(file)) places.set(file, main.place(at));
    }
  }
  return [...places].slice(0, FILES_MAX)
    .flatMap(([file, place]) => sitesOfFile(file, place, context));
}

function filesOf(
  glob: string,
  source: YamlSource,
  at: Path,
  { hostEnvironment }: LoadContext,
): string[] {
  const path = besideFile(source.file, glob);
  if (!isGlob(glob)) return [path];
  const files = expandGlob(path, hostEnvironment.listFolder);
  if (files.length === 0) source.report(at, `no file matches "${glob}"`);
  if (files.length > FILES_MAX) {
    const message = `${files.length} files match "${glob}"; at most ${FILES_MAX} can be included`;
    source.report(at, message);
  }
  return files;
}

function sitesOfFile(file: string, namedAt: Place, context: LoadContext): SiteEntry[] {
  const source = context.openYaml(file, namedAt);
  if (source === undefined) return [];
  if (Array.isArray(source.value)) return siteEntriesAt(source, []);
  if (valueAt(source.value, ["sites"]) === undefined) {
    // Its keys are not named: it may be any file, behind a link or by mistake.
    source.report([], `invalid configuration: ${kindOf(source.value)} ${INCLUDED}`);
    return [];
  }
  parsePart(includedSchema, { source, at: [] });
  return siteEntriesAt(source, ["sites"]);
}

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
  const namesIn = (folder: string) => {
    try {
      return listFolder(folder === "" ? "." : folder);
    } catch {
      return [];
    }
  };
  const names = glob.split(sep);
  const literals = names.findIndex(isGlob);
  // What is before the first wildcard is one folder, even if its parents cannot be listed.
  let found = [names.slice(0, literals).join(sep) || (isAbsolute(glob) ? sep : "")];
  for (const name of names.slice(literals)) {
    const isMatch = (it: string) =>
      matchesGlob(it, name) && (!it.startsWith(".") || name.startsWith("."));
    found = found.slice(0, FOLDERS_MAX).flatMap((folder) =>
      namesIn(folder).filter(isMatch).map((match) => join(folder, match))
    );
  }
  return found.sort();
}
