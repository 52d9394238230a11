/** The sites of the configuration itself, then those of the files that it includes. */
import { isAbsolute, join, matchesGlob, normalize, sep } from "node:path";
import * as z from "zod";
import type { Place } from "../config_error.ts";
import { SITE_KINDS } from "../schema/protocols/protocols.ts";
import { type SiteConfig, siteSchema } from "../schema/site_schema.ts";
import type { HostEnvironment } from "../host_environment.ts";
import { besideFile, type LoadContext } from "./load_context.ts";
import { parsePart, withoutExtensions } from "./parse_part.ts";
import { kindOf } from "./shown_value.ts";
import { type Path, pathKey, valueAt, type YamlSource } from "./yaml_source.ts";

/** Files that globs may match in all, and files and folders that one may find on its way. */
const FILES_MAX = 10_000;

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
    if (config === undefined) return [];
    if (SITE_KINDS.some((key) => config[key] !== undefined)) {
      return [{ config, source, at: part.at }];
    }
    reportMissing(source, part.at);
    return [];
  });
}

/** Of a site without a valid url: what is invalid has been reported. */
function reportMissing(source: YamlSource, at: Path): void {
  const isGiven = (key: string) => {
    const path = [...at, key];
    return valueAt(source.value, path) !== undefined || source.unresolved.has(pathKey(path));
  };
  if (source.isBroken || SITE_KINDS.some(isGiven)) return;
  source.report([...at, "url"], '"sites.url" is required');
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
  if (places.size > FILES_MAX) {
    const message = `${places.size} files are included; at most ${FILES_MAX} are possible`;
    main.report(["include"], message);
    return [];
  }
  return [...places]
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
  try {
    const files = expandGlob(path, hostEnvironment);
    if (files.length === 0) source.report(at, `no file matches "${glob}"`);
    return files;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    source.report(at, `${error.message} match "${glob}"`);
    return [];
  }
}

function sitesOfFile(file: string, namedAt: Place, context: LoadContext): SiteEntry[] {
  const source = context.openYaml(file, namedAt);
  if (source === undefined) return [];
  if (Array.isArray(source.value)) return siteEntriesAt(source, []);
  if (source.isEmpty) {
    context.warnings.push({ ...source.place([]), message: "warning: this file has no sites" });
    return [];
  }
  if (valueAt(source.value, ["sites"]) === undefined) {
    // Its keys are not named: it may be any file, behind a link or by mistake.
    source.report([], `invalid configuration: ${kindOf(source.value)} ${INCLUDED}`);
    return [];
  }
  parsePart(includedSchema, { source, at: [], value: withoutExtensions(source.value) });
  return siteEntriesAt(source, ["sites"]);
}

/** True when a path has wildcards: `*`, `?` or `[…]`. */
export function isGlob(path: string): boolean {
  return /[*?[]/.test(path);
}

/** What a glob is looked up with; see HostEnvironment. */
type Folders = Pick<HostEnvironment, "listFolder" | "isFolder">;

/**
 * The files that a glob with at least one wildcard matches, sorted. A wildcard does not match `/`; `**`
 * stands for any number of folders, without links. Hidden files are matched only by a name that begins
 * with a dot. Folders that cannot be listed count as empty. Throws RangeError for too many folders.
 */
export function expandGlob(glob: string, folders: Folders): string[] {
  const names = glob.split(sep);
  if (names.at(-1) === "**") names.push("*");
  const literals = names.findIndex(isGlob);
  // What is before the first wildcard is one folder, even if its parents cannot be listed.
  let found = [names.slice(0, literals).join(sep) || (isAbsolute(glob) ? sep : "")];
  for (const name of names.slice(literals)) {
    found = name === "**"
      ? found.flatMap((folder) => withinFolder(folder, folders))
      : found.flatMap((folder) => matchesIn(folder, name, folders));
    if (found.length > FILES_MAX) throw new RangeError(`more than ${FILES_MAX} files and folders`);
  }
  return [...new Set(found)].filter((path) => !isFolder(path, folders)).sort();
}

function matchesIn(folder: string, name: string, folders: Folders): string[] {
  return namesIn(folder, folders)
    .filter((it) => matchesGlob(it, name) && (!it.startsWith(".") || name.startsWith(".")))
    .map((match) => join(folder, match));
}

/** The folder and all folders within it. */
function withinFolder(folder: string, folders: Folders): string[] {
  const found = [folder];
  for (const outer of found) {
    const inner = matchesIn(outer, "*", folders).filter((path) => isFolder(path, folders));
    found.push(...inner);
    if (found.length > FILES_MAX) return found;
  }
  return found;
}

function namesIn(folder: string, { listFolder }: Folders): readonly string[] {
  try {
    return listFolder(folder === "" ? "." : folder);
  } catch {
    return [];
  }
}

function isFolder(path: string, { isFolder }: Folders): boolean {
  try {
    return isFolder(path);
  } catch {
    return false;
  }
}
