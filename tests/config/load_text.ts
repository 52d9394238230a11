/** A configuration that exists only as a text. */
import { loadConfig } from "../../src/config/load.ts";
import type { ReadConfig } from "../../src/config/loaded_config.ts";
import { fakeHostEnvironment } from "./fake_host_environment.ts";

const FILE = "/srv/sitemon.yaml";

/** Loads the text as if it were a file in `/srv`, without an environment. */
export function loadText(yaml: string): ReadConfig {
  return loadConfig(FILE, { hostEnvironment: fakeHostEnvironment({ files: { [FILE]: yaml } }) });
}
