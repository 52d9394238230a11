/** Loads a configuration: every file, every default, every secret, and every mistake at once. */
import { resolve } from "node:path";
import { redactor } from "../runtime/telemetry/redaction.ts";
import { ConfigError, inOrder } from "./config_error.ts";
import { kafkaTls, postgresTls } from "./resolve/connection_tls.ts";
import { crossMistakes } from "./resolve/cross_checks.ts";
import { gatherSecrets } from "./gather_secrets.ts";
import type { LoadContext } from "./load_context.ts";
import type { ReadConfig, Role } from "./loaded_config.ts";
import { NamedFiles } from "./yaml/named_files.ts";
import { openYaml } from "./yaml/open_yaml.ts";
import { parsePart } from "./yaml/parse_part.ts";
import { resolveSites } from "./resolve/resolve_sites.ts";
import { type Config, configSchema } from "./schema/schema.ts";
import { withStatePaths } from "./state_paths.ts";
import { type HostEnvironment, systemHostEnvironment } from "./host_environment.ts";
import { warningsOf } from "./warnings.ts";
import { includedSites, sitesAt } from "./yaml/written_sites.ts";
import type { YamlSource } from "./yaml/yaml_source.ts";

export interface LoadConfigOptions {
  /** The command that the configuration is for; without one no section has to be there. */
  readonly role?: Role;
  /** This process's own when absent. */
  readonly hostEnvironment?: HostEnvironment;
  /** The reason why a pattern cannot run, if there is one. */
  readonly checkPattern?: (pattern: string) => string | undefined;
  /** The reason why a JSONPath cannot be used, if there is one. */
  readonly checkJsonPath?: (path: string) => string | undefined;
  /** The problem with an entry of `address_policy`, if there is one. */
  readonly checkAddress?: (entry: string) => string | undefined;
}

/** Loads the file and all that it names, or throws a {@linkcode ConfigError} with every mistake. */
export function loadConfig(path: string, options: LoadConfigOptions = {}): ReadConfig {
  const hostEnvironment = options.hostEnvironment ?? systemHostEnvironment();
  const context: LoadContext = {
    hostEnvironment,
    files: new NamedFiles(hostEnvironment),
    mistakes: [],
    environment: new Set(["STATE_DIRECTORY"]),
  };
  const source = openYaml(path, context);
  if (source === undefined) throw new ConfigError(context.mistakes);
  const loaded = loadSource(source, context, options);
  if (context.mistakes.length === 0) return loaded;
  const redact = redactor(loaded.secrets);
  throw new ConfigError(
    inOrder(context.mistakes).map((mistake) => ({ ...mistake, message: redact(mistake.message) })),
  );
}

/** Goes on after mistakes with what is sound, so that later steps find theirs too. */
function loadSource(
  source: YamlSource,
  context: LoadContext,
  { role, checkPattern, checkJsonPath, checkAddress }: LoadConfigOptions,
): ReadConfig {
  const { hostEnvironment, mistakes, files } = context;
  const sound = withStatePaths(soundConfig(source, context), hostEnvironment);
  const written = [
    ...sitesAt(source, ["sites"], context),
    ...includedSites(sound.include, source, context),
  ];
  const config = { ...sound, sites: written.map((site) => site.config) };
  const sites = resolveSites(written, { config, source, checkPattern, checkJsonPath, context });
  const siteCount = sites.length;
  const given = new Set(Object.keys(source.value as object ?? {}));
  mistakes.push(...crossMistakes({ config, source, siteCount, given, role, checkAddress }));
  const sources = [...new Set([source, ...written.map((site) => site.source)])];
  return {
    config,
    sites,
    kafkaTls: kafkaTls(config, source, context),
    postgresTls: postgresTls(config, source, context),
    secrets: gatherSecrets(sources, config, sites),
    files: files.paths.map((path) => resolve(hostEnvironment.workingFolder, path)),
    environment: [...context.environment].sort(),
    warnings: warningsOf({ config, source, siteCount, role }),
    origins: { source, sites: written },
  };
}

/** The configuration without its sites, which are looked at one by one, and without its mistakes. */
function soundConfig(source: YamlSource, { mistakes }: LoadContext): Config {
  const value = isMapping(source.value) && Array.isArray(source.value.sites)
    ? { ...source.value, sites: [] }
    : source.value;
  return parsePart(configSchema, { source, at: [], value, mistakes }) ?? configSchema.parse({});
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
