/** Every site with what it inherits, the contents of its files, and expressions that compile. */
import { publicUrl } from "../../report/public_url.ts";
import type { Checkers } from "../loaded_config.ts";
import type { Config } from "../schema/schema.ts";
import {
  type DefaultsConfig,
  SITE_NAME_LENGTH_MAX,
  type SiteConfig,
} from "../schema/site_schema.ts";
import type { Site } from "../site.ts";
import type { LoadContext } from "../yaml/load_context.ts";
import { withoutUserInfo } from "../yaml/interpolate.ts";
import type { SiteEntry } from "../yaml/site_entries.ts";
import { type Path, pathKey, type YamlSource } from "../yaml/yaml_source.ts";
import { readBody, readPems, reportInvalid, type SettingsPlace } from "./named_files.ts";
import { reportMisfits } from "./protocol_keys.ts";
import { reportParents } from "./site_parents.ts";
import { reportPushSites } from "./push_sites.ts";
import { reportRepeats } from "./repeats.ts";
import { resolveSite, type WithFiles } from "./resolve_site.ts";

/** The sites in their order; what is wrong with them is reported. */
export function resolveSites(entries: readonly SiteEntry[], { config, source, checkers, context }: {
  readonly config: Config;
  /** The file with the defaults. */
  readonly source: YamlSource;
  readonly checkers: Checkers;
  readonly context: LoadContext;
}): Site[] {
  const names = siteNames(entries.map(nameable));
  reportRepeats(entries, ["name"], (name) => `duplicate site name ${name}`);
  reportPushSites(entries, config);
  const defaultsPlace = { context, source, at: ["defaults"], name: "defaults" };
  const defaults = withFiles(config.defaults, defaultsPlace, checkers);
  const sites = entries.map((entry, index) => {
    const place = { context, source: entry.source, at: entry.at, name: "sites" };
    reportMisfits(entry);
    const own = withFiles(entry.config, place, checkers);
    return resolveSite(own, { name: names[index]!, defaults, intervalMs: config.interval });
  });
  reportParents(entries, sites);
  return sites;
}

/** Names travel to Kafka and PostgreSQL: a URL with secrets gives its name as it is in the file. */
function nameable({ config, source, at }: SiteEntry): Pick<SiteConfig, "name" | "url"> {
  const key = pathKey([...at, "url"]);
  return source.secrets.has(key)
    ? { ...config, url: withoutUserInfo(source.raw.get(key)!) }
    : config;
}

/**
 * A name for each site: its own, or its URL without credentials and with `#2`, `#3` … on a repeat.
 * Names that sites have of their own are never given to others.
 */
export function siteNames(sites: readonly Pick<SiteConfig, "name" | "url">[]): string[] {
  const taken = new Set(sites.flatMap(({ name }) => name ?? []));
  const counts = new Map<string, number>();
  return sites.map(({ name, url }) => {
    if (name !== undefined) return name;
    // One that has neither is a mistake.
    const base = publicUrl(url ?? "unnamed");
    let count = (counts.get(base) ?? 0) + 1;
    while (taken.has(numbered(base, count))) count++;
    counts.set(base, count);
    const free = numbered(base, count);
    taken.add(free);
    return free;
  });
}

/** Cut to what a report holds, and never between two surrogates. */
function numbered(base: string, count: number): string {
  const suffix = count === 1 ? "" : `#${count}`;
  const cut = base.slice(0, SITE_NAME_LENGTH_MAX - suffix.length).replace(/[\ud800-\udbff]$/, "");
  return cut + suffix;
}

function withFiles<T extends SiteConfig | DefaultsConfig>(
  settings: T,
  place: SettingsPlace,
  checkers: Checkers,
): WithFiles<T> {
  reportExpressions(settings, place, checkers);
  const { body, ...rest } = settings;
  const text = readBody(body, place);
  return {
    ...rest,
    ...(text !== undefined && { body: text }),
    ...(settings.tls && { tls: readPems(settings.tls, place) }),
  };
}

/** Keys whose values, or lists of values, are expressions. */
const EXPRESSIONS: Readonly<Record<string, keyof Checkers>> = {
  pattern: "checkPattern",
  matches: "checkPattern",
  not_matches: "checkPattern",
  path: "checkJsonPath",
  // Of a step: the other one is a mapping.
  expect: "checkPattern",
};

/** Adds a mistake for each expression that cannot be used. */
function reportExpressions(
  { pattern, expect, ...own }: SiteConfig | DefaultsConfig,
  place: SettingsPlace,
  checkers: Checkers,
): void {
  const visit = (value: unknown, path: Path, check?: keyof Checkers): void => {
    if (typeof value === "string") {
      const problem = check && checkers[check]?.(value);
      if (problem !== undefined) reportInvalid(problem, path, place);
    } else if (Array.isArray(value)) {
      value.forEach((item, index) => visit(item, [...path, index], check));
    } else {
      const entries = Object.entries(value ?? {});
      entries.forEach(([key, item]) => visit(item, [...path, key], EXPRESSIONS[key]));
    }
  };
  visit({ pattern, expect, ...("steps" in own && { steps: own.steps }) }, []);
}
