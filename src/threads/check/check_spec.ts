/** A thread for `sitemon check`. */
import { gatherSecrets } from "../../config/credentials.ts";
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { allowedHosts, scannerHosts } from "../../config/permissions/needs.ts";
import { isVisited, type Site } from "../../config/site.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import { threadSpec } from "../daemon_thread.ts";
import type { CheckSetup } from "./check_thread.ts";

/** Checks some of the sites once and answers with their reports; all of them permit their hosts. */
export function checkSpec(
  loaded: Pick<LoadedConfig, "config" | "sites"> & Partial<Pick<LoadedConfig, "secrets">>,
  sites: readonly Site[],
): ThreadSpec<CheckSetup> {
  const { config, secrets = [] } = loaded;
  return threadSpec(loaded, {
    name: "check",
    module: new URL("./check_thread.ts", import.meta.url),
    needs: [scannerHosts(loaded)],
    setup: {
      sites,
      urls: loaded.sites.filter(isVisited).map(({ url }) => url),
      allowHosts: allowedHosts(loaded),
      addressPolicy: config.address_policy,
      secrets: [...secrets, ...gatherSecrets([], config, sites)],
      location: config.location,
      concurrency: config.scanner.concurrency,
    },
  });
}
