/** The effective configuration in the form of a file, without secrets. */
import { stringify } from "yaml";
import * as z from "zod";
import { isCredential, isUrl } from "./credentials.ts";
import type { ReadConfig } from "./loaded_config.ts";
import { fittingDefaults } from "./resolve/protocol_keys.ts";
import { inherit } from "./resolve/resolve_site.ts";
import { configSchema } from "./schema/schema.ts";
import { defaultsSchema, siteSchema } from "./schema/site_schema.ts";
import { type Path, pathKey, type YamlSource } from "./yaml/yaml_source.ts";

const HIDDEN = "***";

/**
 * The configuration as YAML: every default, every included site, and each site with what it
 * inherits. Literal credentials are `***`; references are shown as they are in the file.
 */
export function showConfig(loaded: ReadConfig): string {
  const { config, origins: { source } } = loaded;
  const { defaults: _, include: __, sites: ___, ...rest } = z.encode(configSchema, config);
  const own = shown(rest, [], source) as Record<string, unknown>;
  const options = { lineWidth: 0, aliasDuplicateObjects: false };
  return stringify({ ...own, sites: shownSites(loaded) }, options);
}

/** The JSON schema of what a file may hold. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, {
    io: "input",
    // JSON has one kind of number.
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      if (zodSchema._zod.def.type === "bigint") jsonSchema.type = "integer";
    },
  });
  return { ...schema, patternProperties: { "^x-": {} } };
}

function shownSites({ config, sites, origins }: ReadConfig): unknown[] {
  const defaults = shown(z.encode(defaultsSchema, config.defaults), ["defaults"], origins.source);
  const interval = z.encode(configSchema.shape.interval, config.interval);
  return origins.sites.map(({ config: site, source, at }, index) => {
    const { url, ...own } = shown(z.encode(siteSchema, site), at, source) as { url?: string };
    const inherited = inherit(fittingDefaults(defaults as object, site), own);
    return { name: sites[index]!.name, ...(url && { url, interval }), ...inherited };
  });
}

/** A value at a path of a source, in the file's form. */
function shown(value: unknown, path: Path, source: YamlSource): unknown {
  const raw = source.raw.get(pathKey(path));
  if (isCredential(path)) return hiddenLiterals(raw);
  if (isUrl(path)) return hiddenUserInfo(raw ?? String(value));
  if (raw !== undefined || typeof value !== "object" || value === null) return raw ?? value;
  const inner = (key: PropertyKey, item: unknown) => shown(item, [...path, key], source);
  if (Array.isArray(value)) return value.map((item, index) => inner(index, item));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner(key, item)]));
}

/** A credential that consists of references is shown as these, without their defaults. */
function hiddenLiterals(raw: string | undefined): string {
  const text = (raw ?? "").replaceAll(/(\$\{[A-Za-z_0-9]+):-[^}]*\}/g, `$1:-${HIDDEN}}`);
  return /^((Basic|Bearer) +)?(\$\{[^}]*\})+$/i.test(text) ? text : HIDDEN;
}

/** Hides what is between `://` and the last `@` before the path; a `/` in a reference is not one. */
function hiddenUserInfo(url: string): string {
  return url.replace(
    /^((?:https?|postgres(?:ql)?):\/\/)((?:\$\{[^}]*\}|[^/?#\\])*)@/i,
    (_, scheme: string, userInfo: string) => `${scheme}${hiddenPair(userInfo)}@`,
  );
}

/** Of `user:password`, each half that consists of references is shown. */
function hiddenPair(userInfo: string): string {
  const { user, password } = /^(?<user>(?:\$\{[^}]*\}|[^:])*)(?::(?<password>.*))?$/s
    .exec(userInfo)?.groups ?? {};
  const halves = [user, password].filter((half) => half !== undefined);
  return halves.map(hiddenLiterals).join(":");
}
