/** A thread that loads a daemon's configuration, at its start or again, and plans its threads. */
import { ConfigError, type Mistake } from "../../config/config_error.ts";
import { loadConfig } from "../../config/load.ts";
import type { DaemonRole } from "../../config/loaded_config.ts";
import { systemClock } from "../../runtime/clock.ts";
import { countFreeDescriptors } from "../../runtime/service/free_descriptors.ts";
import type { ServiceSettings } from "../../runtime/service/reloader.ts";
import type { StartLine } from "../../runtime/service/service.ts";
import { serveTask } from "../../runtime/threads/thread.ts";
import { jsonPathProblem } from "../../scanner/expect/json_path.ts";
import { patternProblem } from "../../scanner/expect/pattern.ts";
import { addressRangeProblem } from "../../scanner/reach/address_policy.ts";
import { ConfigLife, type ConfigState, type NextConfig } from "./config_life.ts";
import { startLine } from "./start_line.ts";

export interface ConfigSetup {
  readonly role: DaemonRole;
  /** The path of its file. */
  readonly config: string;
  /** For a reload: of the configuration in use. */
  readonly state?: ConfigState;
}

/** For the start, what begins, or every mistake. */
export type FirstConfig =
  | {
    readonly settings: ServiceSettings;
    readonly limitation: string | undefined;
    readonly startLine: StartLine;
    readonly state: ConfigState;
  }
  | { readonly mistakes: readonly Mistake[] };

serveTask<ConfigSetup>(({ role, config, state }, { result }) => {
  const life = (known?: ConfigState) =>
    new ConfigLife({
      role,
      load: (how) =>
        loadConfig(config, {
          ...{ role, ...how },
          checkPattern: patternProblem,
          checkJsonPath: jsonPathProblem,
          checkAddress: addressRangeProblem,
        }),
      now: () => systemClock.monotonicMs(),
      countFree: (max) => countFreeDescriptors(config, max),
    }, known);
  const answer = state === undefined ? first(role, life) : life(state).reload();
  result(answer satisfies FirstConfig | NextConfig);
  return Promise.resolve();
});

function first(role: DaemonRole, start: () => ConfigLife): FirstConfig {
  try {
    const { settings, limitation, state } = start();
    return { settings, limitation, state, startLine: startLine(role, state.loaded) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { mistakes: error.mistakes };
  }
}
