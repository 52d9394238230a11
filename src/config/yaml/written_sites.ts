/** The sites as files have them: those of the configuration itself, then those that it includes. */
import { normalize } from "node:path";
import * as z from "zod";
import type { Place } from "../config_error.ts";
import { expandGlob, isGlob } from "./glob.ts";
import { valueAt } from "./issue_sentence.ts";
import type { LoadContext } from "../load_context.ts";
import { mustBe } from "../schema/must_be.ts";
import { besideFile } from "./named_files.ts";
import { openYaml } from "./open_yaml.ts";
import { parsePart } from "./parse_part.ts";
import { type SiteConfig, siteSchema } from "../schema/site_schema.ts";
import type { Path, YamlSource } from "./yaml_source.ts";

/** Files that globs may find in all. */
const FILES_MAX = 10_000;

/** A site and where it stands. */
export interface WrittenSite {
  readonly config: SiteConfig;
  readonly source: YamlSource;
  readonly at: Path;
}

const includedSchema = z.strictObject({ sites: z.array(z.unknown()) }, {
  error: mustBe("a list of sites, or a mapping with sites", "write such a list"),
});

/** The sites of a list, as far as they are sound. */
export function sitesAt(source: YamlSource, at: Path, context: LoadContext): WrittenSite[] {
  const list = valueAt(source.value, at);
  if (!Array.isArray(list)) return [];
  return list.flatMap((_, index) => {
    const part = { source, at: [...at, index], name: "sites", mistakes: context.mistakes };
    const config = parsePart(siteSchema, part);
    return config === undefined ? [] : [{ config, source, at: part.at }];
  });
}

/** The sites of every file that the globs of a configuration mean; each file counts once. */
export function includedSites(
  globs: readonly string[],
  main: YamlSource,
  context: LoadContext,
): WrittenSite[] {
  const places = new Map<string, Place>();
  const self = normalize(main.file);
  for (const [index, glob] of globs.entries()) {
    const place = main.place(["include", index]);
    for (const file of filesOf(glob, place, context)) {
      if (file !== self && !places.has(file)) places.set(file, place);
    }
  }
  return [...places].slice(0, FILES_MAX)
    .flatMap(([file, place]) => sitesOfFile(file, place, context));
}

function filesOf(
  glob: string,
  place: Place,
  { hostEnvironment, mistakes }: LoadContext,
): string[] {
  const path = besideFile(place.file, glob);
  if (!isGlob(glob)) return [path];
  const files = expandGlob(path, hostEnvironment.listFolder);
  if (files.length === 0 || files.length > FILES_MAX) {
    const message = `Cannot include ${JSON.stringify(glob)} as it must find 1 to ${FILES_MAX} ` +
      `files: it finds ${files.length}; correct the path`;
    mistakes.push({ ...place, message });
  }
  return files;
}

function sitesOfFile(file: string, namedAt: Place, context: LoadContext): WrittenSite[] {
  const source = openYaml(file, context, namedAt);
  if (source === undefined) return [];
  if (Array.isArray(source.value)) return sitesAt(source, [], context);
  parsePart(includedSchema, { source, at: [], mistakes: context.mistakes });
  return sitesAt(source, ["sites"], context);
}
