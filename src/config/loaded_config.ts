/** What the loader hands to the commands: the configuration, and all that it names, read and resolved. */
import type { Mistake } from "./config_error.ts";
import type { Config } from "./schema/schema.ts";
import type { Site, SiteTls } from "./site.ts";
import type { WrittenSite } from "./yaml/written_sites.ts";
import type { YamlSource } from "./yaml/yaml_source.ts";

/** Commands that run until a signal. */
export type DaemonRole = "producer" | "consumer" | "run" | "web";

/** Which command a configuration is for: it decides what must be there. */
export type Role = DaemonRole | "status" | "migrate";

/** TLS to PostgreSQL; texts are the contents of PEM files. */
export interface PostgresTls {
  readonly mode: "disable" | "require" | "verify-ca" | "verify-full";
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** The files' own side of a configuration. */
export interface Origins {
  readonly source: YamlSource;
  /** In the order of the sites. */
  readonly sites: readonly WrittenSite[];
}

/** A configuration that is wholly valid. */
export interface LoadedConfig {
  /** With every default, secrets resolved, and the paths of outbox and store absolute. */
  readonly config: Config;
  /** In the order of the files, with all that they inherit, and the contents of the files that they name. */
  readonly sites: readonly Site[];
  /** Undefined when the brokers are spoken to in plain text. */
  readonly kafkaTls: SiteTls | undefined;
  readonly postgresTls: PostgresTls;
  /** Texts that must not be shown: resolved values, passwords, credentials in urls and headers. */
  readonly secrets: readonly string[];
  /** Every file that was read, the configuration first. */
  readonly files: readonly string[];
  /** The variables of the environment that were asked for. */
  readonly environment: readonly string[];
  /** What is allowed and probably not meant. */
  readonly warnings: readonly Mistake[];
}

/** A configuration with where all of it stands: to show it as it was written, and to judge it more. */
export interface ReadConfig extends LoadedConfig {
  readonly origins: Origins;
}
