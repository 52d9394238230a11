/** What the steps of loading one configuration share. */
import type { Mistake } from "./config_error.ts";
import type { NamedFiles } from "./yaml/named_files.ts";
import type { HostEnvironment } from "./host_environment.ts";

export interface LoadContext {
  readonly hostEnvironment: HostEnvironment;
  /** Every file is read through it. */
  readonly files: NamedFiles;
  /** Grows while the steps go on, so that all mistakes are told at once. */
  readonly mistakes: Mistake[];
  /** The variables that references asked for. */
  readonly environment: Set<string>;
}
