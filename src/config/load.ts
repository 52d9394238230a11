/** Loads a configuration with every default and secret, and reports every mistake at once. */
import { resolve } from "node:path";
import { redactor } from "../runtime/telemetry/redaction.ts";
import { ConfigError, inOrder } from "./config_error.ts";
import { gatherSecrets } from "./credentials.ts";
import { type HostEnvironment, systemHostEnvironment } from "./host_environment.ts";
import type { Checkers, ReadConfig, Role } from "./loaded_config.ts";
import { crossCheck, crossWarnings } from "./resolve/cross_checks.ts";
import { serverTls } from "./resolve/named_files.ts";
import { resolveAlerts } from "./resolve/resolve_alerts.ts";
import { resolvePage } from "./resolve/resolve_page.ts";
import { resolveSites } from "./resolve/resolve_sites.ts";
import { type Config, configSchema, defaultConfig } from "./schema/schema.ts";
import { LoadContext } from "./yaml/load_context.ts";
import { parsePart, withoutExtensions } from "./yaml/parse_part.ts";
import { includedSites, siteEntriesAt } from "./yaml/site_entries.ts";
import { valueAt, type YamlSource } from "./yaml/yaml_source.ts";

export interface LoadConfigOptions extends Checkers {
  /** The command that the configuration is for; without one, no section is required. */
  readonly role?: Role;
  /** This process's own when absent. */
  readonly hostEnvironment?: HostEnvironment;
  /** False where nothing may wait for a writer, as at a reload. */
  readonly readsPipes?: boolean;
}

/** Loads the file and all files that it names, or throws a {@linkcode ConfigError} with every mistake. */
export function loadConfig(path: string, options: LoadConfigOptions = {}): ReadConfig {
  const context = new LoadContext(options.hostEnvironment ?? systemHostEnvironment(), options);
  const source = context.openYaml(path);
  if (source === undefined) throw new ConfigError(context.mistakes);
  const loaded = loadSource(source, context, options);
  if (context.mistakes.length === 0) return loaded;
  const redact = redactor(loaded.secrets);
  throw new ConfigError(
    inOrder(context.mistakes).map((mistake) => ({ ...mistake, message: redact(mistake.message) })),
  );
}

/** Goes on after mistakes with what is valid, so that later steps find theirs too. */
function loadSource(
  source: YamlSource,
  context: LoadContext,
  { role, ...checkers }: LoadConfigOptions,
): ReadConfig {
  const valid = withStatePaths(validConfig(source), context.hostEnvironment);
  const entries = [
    ...siteEntriesAt(source, ["sites"]),
    ...includedSites(valid.include, source, context),
  ];
  const config = { ...valid, sites: entries.map((entry) => entry.config) };
  const sites = resolveSites(entries, { config, source, checkers, context });
  const alerts = resolveAlerts(config, { source, context, sites });
  const checked = { config, source, siteCount: sites.length, role };
  crossCheck(checked, checkers);
  const sources = [...new Set([source, ...entries.map((entry) => entry.source)])];
  return {
    config,
    sites,
    alerts,
    page: resolvePage(config.web, { source, context, sites, entries }),
    ...serverTls(config, source, context),
    secrets: gatherSecrets(sources, config, sites),
    files: context.files,
    environment: [...context.variables].sort(),
    warnings: [...context.warnings, ...crossWarnings({ ...checked, sites, entries })],
    origins: { source, sites: entries },
  };
}

/** The valid parts of the configuration, without its sites, which are checked one by one. */
function validConfig(source: YamlSource): Config {
  const hasSites = Array.isArray(valueAt(source.value, ["sites"]));
  const own = withoutExtensions(source.value);
  const value = hasSites ? { ...own as object, sites: [] } : own;
  const config = parsePart(configSchema, { source, at: [], value });
  return config ?? defaultConfig();
}

/**
 * The configuration with absolute paths of outbox and store. They are relative to the service
 * manager's `$STATE_DIRECTORY`, of which the first is taken, or else to the working directory.
 *
 * @see https://www.freedesktop.org/software/systemd/man/systemd.exec.html#RuntimeDirectory=
 */
function withStatePaths(config: Config, { env, workingFolder }: HostEnvironment): Config {
  const [state = ""] = (env("STATE_DIRECTORY") ?? "").split(":");
  const absolute = (path: string) => resolve(workingFolder, state, path);
  return {
    ...config,
    outbox: { ...config.outbox, path: absolute(config.outbox.path) },
    store: { ...config.store, path: absolute(config.store.path) },
  };
}
