/** What the loader gives to the commands: the configuration, and all files that it names, resolved. */
import type { Alerts } from "./alerts.ts";
import type { Mistake } from "./config_error.ts";
import type { PageSettings } from "./page_settings.ts";
import type { Config } from "./schema/schema.ts";
import type { Site, SiteTls } from "./site.ts";
import type { SiteEntry } from "./yaml/site_entries.ts";
import type { YamlSource } from "./yaml/yaml_source.ts";

/** Commands that run until a signal. */
export type DaemonRole = "producer" | "consumer" | "run" | "web";

/** The command that a configuration is for, which decides what is required. */
export type Role = DaemonRole | "status" | "migrate";

/** Problems that only other parts of sitemon can find, for those that a command may load. */
export interface Checkers {
  readonly checkPattern?: (pattern: string) => string | undefined;
  readonly checkJsonPath?: (path: string) => string | undefined;
  /** Of an entry of `address_policy`, which the problem follows. */
  readonly checkAddress?: (entry: string) => string | undefined;
}

/** TLS to PostgreSQL; texts are the contents of PEM files. */
export interface PostgresTls {
  readonly mode: "disable" | "require" | "verify-ca" | "verify-full";
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** A configuration without mistakes. */
export interface LoadedConfig {
  /** With every default, secrets resolved, and the paths of outbox and store absolute. */
  readonly config: Config;
  /** In the order of the files, with what they inherit and the contents of the files that they name. */
  readonly sites: readonly Site[];
  /** Undefined without `alerts`. */
  readonly alerts: Alerts | undefined;
  /** What the status page is set up with, beside `config.web`. */
  readonly page: PageSettings;
  /** Undefined for plain text. */
  readonly kafkaTls: SiteTls | undefined;
  /** Texts are the contents of PEM files. */
  readonly registryTls: Pick<PostgresTls, "ca" | "cert" | "key">;
  readonly postgresTls: PostgresTls;
  /** Texts that must not be shown: resolved references, passwords, credentials in URLs and headers. */
  readonly secrets: readonly string[];
  /** Every file that was read, the configuration first. */
  readonly files: readonly string[];
  /** The variables of the environment that were asked for. */
  readonly environment: readonly string[];
  /** What is valid and probably not meant. */
  readonly warnings: readonly Mistake[];
}

/** A configuration with its origins, to show it as it is in the files and to check it further. */
export interface ReadConfig extends LoadedConfig {
  readonly origins: {
    readonly source: YamlSource;
    /** In the order of the sites. */
    readonly sites: readonly SiteEntry[];
  };
}
