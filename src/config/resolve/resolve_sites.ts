/** Every site with all that it inherits and the contents of the files that it names. */
import { pairSentence } from "./cross_checks.ts";
import { type Checker, reportExpressions } from "./expressions.ts";
import { type FileSettingsOptions, readBody, readPems } from "../yaml/file_settings.ts";
import { valueAt } from "../yaml/issue_sentence.ts";
import type { LoadContext } from "../load_context.ts";
import { resolveSite, type WithFiles } from "./resolve_site.ts";
import type { Config } from "../schema/schema.ts";
import type { DefaultsConfig, SiteConfig } from "../schema/site_schema.ts";
import { siteNames } from "./site_names.ts";
import type { Site } from "../site.ts";
import type { WrittenSite } from "../yaml/written_sites.ts";
import { pathKey, type YamlSource } from "../yaml/yaml_source.ts";

export interface ResolveSitesOptions {
  readonly config: Config;
  /** Where the defaults stand. */
  readonly source: YamlSource;
  readonly checkPattern: Checker | undefined;
  readonly checkJsonPath: Checker | undefined;
  readonly context: LoadContext;
}

/** The sites in their order; what is wrong with them is added to the context's mistakes. */
export function resolveSites(
  written: readonly WrittenSite[],
  options: ResolveSitesOptions,
): Site[] {
  const { config, source, context } = options;
  const names = siteNames(written.map(nameable));
  reportRepeatedNames(written, context);
  const defaults = withFiles(config.defaults, {
    ...context,
    source,
    at: ["defaults"],
    name: "defaults",
  }, options);
  return written.map((site, index) => {
    const place = { ...context, source: site.source, at: site.at, name: "sites" };
    const own = withFiles(site.config, place, options);
    reportUnpaired(site, context);
    return resolveSite(own, {
      name: names[index]!,
      defaults,
      intervalMs: config.interval,
    });
  });
}

/** A name travels to Kafka and PostgreSQL, where no secret may go: such a url is named as it is written. */
function nameable({ config, source, at }: WrittenSite): { name?: string; url: string } {
  const key = pathKey([...at, "url"]);
  return source.secrets.has(key) ? { ...config, url: source.written.get(key)! } : config;
}

function reportRepeatedNames(written: readonly WrittenSite[], { mistakes }: LoadContext): void {
  const first = new Map<string, WrittenSite>();
  for (const site of written) {
    const { name } = site.config;
    if (name === undefined) continue;
    const other = first.get(name);
    if (other === undefined) {
      first.set(name, site);
      continue;
    }
    const { file, line } = other.source.place([...other.at, "name"]);
    mistakes.push({
      ...site.source.place([...site.at, "name"]),
      message: `Cannot use the name ${JSON.stringify(name)} as names of sites must be unique: ` +
        `it is taken at ${file}:${line}; choose another`,
    });
  }
}

/** A certificate and its key are named in one place, where one sees that they fit. */
function reportUnpaired({ source, at }: WrittenSite, { mistakes }: LoadContext): void {
  const path = [...at, "tls"];
  const message = pairSentence(valueAt(source.value, path) ?? {}, "sites.tls");
  if (message !== undefined) mistakes.push({ ...source.place(path), message });
}

function withFiles<T extends SiteConfig | DefaultsConfig>(
  settings: T,
  place: FileSettingsOptions,
  checkers: ResolveSitesOptions,
): WithFiles<T> {
  reportExpressions(settings, place, checkers);
  const { body, ...rest } = settings;
  const text = readBody(body, place);
  return {
    ...rest,
    ...(text !== undefined && { body: text }),
    ...(settings.tls && {
      tls: readPems(settings.tls, {
        ...place,
        at: [...place.at, "tls"],
        name: `${place.name}.tls`,
      }),
    }),
  };
}
